/** Properties of the standings over made-up rounds. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { standings } from '../../src/views/standings/rules.ts';
import { searched } from '../searches.ts';
import { allOf, decimal, factsOf, holds, lineOf, rankAmong, totalOf, world } from './rounds-made-up.ts';

test('intervals of scores, totals, ranks and margins always hold the truth', () => {
  fc.assert(
    fc.property(world, (made) => {
      const reply = standings(factsOf(made), {});
      const totals = made.teams.map((team) => totalOf(made, team));
      made.teams.forEach((team, i) => {
        const { scores, total, rank, margin, complete } = lineOf(reply, i);
        for (const [id, truth] of team.truth) holds(scores[id] ?? null, truth / 10);
        const own = totals[i] ?? 0;
        holds(total, own / 10);
        holds(rank && { lowest: rank.best, highest: rank.worst }, rankAmong(totals, own));
        if (complete) expect(total).toEqual({ lowest: own / 10, highest: own / 10 });
        const others = totals.filter((_, j) => j !== i).sort((a, b) => b - a);
        const line = others[made.places - 1];
        if (line === undefined) expect(margin).toBeNull();
        else holds(margin, (own - line) / 10, 1e-9);
      });
    }),
    searched(500),
  );
});

test('a score that exceeds what its parts could give is not cut by a maximum that nobody stated', () => {
  const criterion = (id: string, parent: string | null, maxScore: string | null) => ({
    id,
    name: id,
    parent,
    maxScore,
    weight: null,
    gate: false,
    sources: [],
  });
  const facts = factsOf({ roots: [], teams: [], places: 1 });
  const reply = standings(
    {
      ...facts,
      criteria: [
        criterion('whole', null, null),
        criterion('known', 'whole', null),
        criterion('of-known', 'known', '1'),
        criterion('open', 'whole', '1'),
      ],
      consortiums: [{ id: 't0', name: 'T0', sources: [] }],
      evaluations: [
        { consortium: 't0', criterion: 'known', status: 'disclosed', score: '2', passed: null, sources: [] },
      ],
    },
    {},
  );
  expect(lineOf(reply, 0).total).toEqual({ lowest: 2, highest: 3 });
});

test('official ranks and totals that are true never narrow the truth away', () => {
  fc.assert(
    fc.property(world, fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }), (made, published) => {
      const totals = made.teams.map((team) => totalOf(made, team));
      const decisions = totals.map((own, i) => {
        const rank = rankAmong(totals, own);
        return {
          consortium: `t${i}`,
          // Whoever shares a published rank has it published too.
          officialRank: published[rank - 1] === 1 ? rank : null,
          officialTotal: published[i] === 2 ? decimal(own) : null,
        };
      });
      const reply = standings(factsOf(made, decisions), {});
      totals.forEach((own, i) => {
        const { total, rank } = lineOf(reply, i);
        holds(total, own / 10);
        holds(rank && { lowest: rank.best, highest: rank.worst }, rankAmong(totals, own));
      });
      expect(reply.disagreements.filter(({ code }) => /^(total|rank)-differs$/.test(code))).toEqual([]);
    }),
    searched(500),
  );
});

test('ranks agree with a naive count over the totals, and the lines are in order of rank', () => {
  fc.assert(
    fc.property(world, (made) => {
      const { consortiums } = standings(factsOf(made), {});
      for (const { rank, total } of consortiums) {
        const surely = consortiums.filter(
          (other) => (other.total?.lowest ?? 0) > (total?.highest ?? Infinity),
        );
        const perhaps = consortiums.filter(
          (other) => other.total !== total && (other.total?.highest ?? Infinity) > (total?.lowest ?? 0),
        );
        expect(rank).toEqual({ best: 1 + surely.length, worst: 1 + perhaps.length });
      }
      const best = consortiums.map(({ rank }) => rank?.best ?? 0);
      expect(best).toEqual(best.toSorted((a, b) => a - b));
    }),
  );
});

test('more points never rank lower, nor anybody else higher', () => {
  fc.assert(
    fc.property(world, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 100 }), (made, whom, which, more) => {
      const nodes = allOf(made.roots);
      const team = made.teams[whom % made.teams.length];
      const node = nodes[which % nodes.length];
      if (!team || !node) return;
      fc.pre(team.seen.get(node.id) === 'disclosed');
      const raised = new Map(team.truth);
      // A whole grows with its part, so that the parts never exceed it.
      for (const { id, most } of nodes.filter(({ id }) => node.id === id || node.id.startsWith(`${id}-`))) {
        const points = (team.truth.get(id) ?? 0) + more;
        fc.pre(points <= most);
        raised.set(id, points);
      }
      const teams = made.teams.map((one) => (one === team ? { ...team, truth: raised } : one));
      const [before, after] = [standings(factsOf(made), {}), standings(factsOf({ ...made, teams }), {})];
      made.teams.forEach((one, i) => {
        const sign = one === team ? 1 : -1;
        const [was, is] = [lineOf(before, i).rank, lineOf(after, i).rank];
        expect(sign * ((is?.best ?? 0) - (was?.best ?? 0))).toBeLessThanOrEqual(0);
        expect(sign * ((is?.worst ?? 0) - (was?.worst ?? 0))).toBeLessThanOrEqual(0);
      });
    }),
    searched(500),
  );
});

test('a failed gate puts out who fails it, and changes no place, margin or line of anybody else', () => {
  fc.assert(
    fc.property(world, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), (made, fails) => {
      const facts = factsOf(made);
      const gate = {
        id: 'g',
        name: 'g',
        parent: null,
        maxScore: null,
        weight: null,
        gate: true,
        sources: [],
      };
      const verdicts = made.teams.map((_, i) => ({
        consortium: `t${i}`,
        criterion: 'g',
        status: 'disclosed' as const,
        score: null,
        passed: !fails[i],
        sources: [],
      }));
      const before = standings(facts, {});
      const after = standings(
        {
          ...facts,
          criteria: [...facts.criteria, gate],
          evaluations: [...facts.evaluations, ...verdicts],
        },
        {},
      );
      expect(after.cutLine).toEqual(before.cutLine);
      made.teams.forEach((_, i) => {
        const [was, is] = [lineOf(before, i), lineOf(after, i)];
        expect([is.rank, is.total]).toEqual([was.rank, was.total]);
        expect([is.failedGate, is.margin]).toEqual(fails[i] ? [true, null] : [false, was.margin]);
      });
    }),
  );
});
