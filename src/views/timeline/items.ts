/** From the rows to what happened, or is planned: each builder turns one kind of row into items. */
import type { Language } from '../../kernel/language.ts';
import { firstDayIn, lastDayIn } from '../../kernel/partial-date.ts';
import { byCode, groupedBy } from '../../kernel/grouping.ts';
import type { Candidate, Facts, Kind, Subject } from './facts.ts';
import { inWords, moneyInWords, phrases } from './phrases.ts';
import { areApart } from './period.ts';
import { latest } from './status.ts';

const pathOf = (type: string, id: string): string => `/v1/${type}s/${id}`;
const subject = (type: Subject['type'], id: string): Subject => ({ type, id, href: pathOf(type, id) });

type Said = Pick<Candidate, 'date' | 'title' | 'subject' | 'sources' | 'updatedAt'> & Partial<Candidate>;

const item = (kind: Kind, key: string, said: Said): Candidate => ({
  id: `${kind}.${key}`,
  kind,
  organizations: [],
  outcome: null,
  moved: null,
  ahead: false,
  rows: 1,
  ...said,
});

type Milestone = Facts['milestones'][number];

/** Stated before the time it names, and by no source that came out since. */
const isAhead = ({ date, earliest, latest: last }: Milestone): boolean =>
  earliest !== null && earliest < firstDayIn(date) && !(last !== null && last >= firstDayIn(date));

/** By the id of the plan that was replaced: the plan that was stated last in its place. */
const replacements = (milestones: Milestone[]): Map<string, Milestone> =>
  new Map(
    milestones
      .toSorted((a, b) => byCode(a.earliest ?? '', b.earliest ?? '') || byCode(a.id, b.id))
      .flatMap((one) => (one.replaces === null ? [] : [[one.replaces, one]])),
  );

function milestoneItems({ milestones }: Facts): Candidate[] {
  const later = replacements(milestones);
  return milestones.map((milestone) => {
    const { id, date, title, sources } = milestone;
    const now = later.get(id);
    // A date that is only stated more or less precisely has not moved.
    const to = now && areApart(date, now.date) ? now : undefined;
    return item('milestone', id, {
      date,
      title,
      sources,
      subject: subject('milestone', id),
      ahead: isAhead(milestone),
      moved: to ? { to: to.date, by: { ...subject('milestone', to.id), field: 'date' } } : null,
      updatedAt: latest(milestone.updatedAt, milestone.sourcesUpdatedAt, now?.updatedAt),
    });
  });
}

const disclosureItems = ({ disclosures }: Facts): Candidate[] =>
  disclosures.map(({ id, disclosedOn: date, title, ...row }) =>
    item('disclosure', id, { ...row, date, title, subject: subject('disclosure', id) }),
  );

const callItems = ({ calls }: Facts, language: Language): Candidate[] =>
  calls.flatMap(({ id, name, openedOn, closedOn, ...row }) => {
    const about = { ...row, subject: subject('call', id) };
    const { callOpens, callCloses } = phrases[language];
    return [
      item('call-opened', id, { ...about, date: openedOn, title: callOpens(name) }),
      item('call-closed', id, { ...about, date: closedOn, title: callCloses(name) }),
    ];
  });

function roundItems({ rounds }: Facts, language: Language): Candidate[] {
  const { roundPlanned, roundPresented, roundPublished } = phrases[language];
  return rounds.flatMap(({ id, ordinal, scheduledOn, presentedOn, publishedOn, state, ...row }) => {
    const about = { ...row, subject: subject('round', id) };
    const scheduled = item('round-scheduled', id, {
      ...about,
      date: scheduledOn,
      title: roundPlanned(ordinal),
      ahead: !hasTakenPlace(scheduledOn, { publishedOn, presentedOn }),
      moved: movedFrom(about.subject, scheduledOn, { publishedOn, presentedOn }),
    });
    const presented = { ...about, date: presentedOn, title: roundPresented(ordinal) };
    const published = { ...about, date: publishedOn, title: roundPublished(ordinal) };
    return [
      // A round without a plan, or that was never presented, is complete without it.
      ...(scheduledOn === null ? [] : [scheduled]),
      ...(presentedOn === null ? [] : [item('round-presented', id, presented)]),
      ...(publishedOn === null && state !== 'published' ? [] : [item('round-published', id, published)]),
    ];
  });
}

type Done = Record<'publishedOn' | 'presentedOn', string | null>;

/** Models that were presented before its time do not make a round. */
const hasTakenPlace = (plan: string | null, { publishedOn, presentedOn }: Done): boolean =>
  publishedOn !== null ||
  (presentedOn !== null && plan !== null && lastDayIn(presentedOn) >= firstDayIn(plan));

/** A plan has moved when the round certainly did not take place in the period that it names. */
function movedFrom(round: Subject, plan: string | null, done: Done): Candidate['moved'] {
  const field = done.publishedOn === null ? 'presentedOn' : 'publishedOn';
  const to = done[field];
  if (plan === null || to === null || !areApart(plan, to) || !hasTakenPlace(plan, done)) return null;
  return { to, by: { ...round, field } };
}

const releaseItems = ({ releases }: Facts, language: Language): Candidate[] =>
  releases.map(({ id, name, organization, releasedOn: date, updatedAt, ...row }) =>
    item('release', id, {
      ...row,
      date,
      updatedAt: latest(updatedAt, organization.updatedAt),
      title: phrases[language].release(organization.name, name),
      subject: subject('model', id),
      organizations: [organization.id],
    }),
  );

function decisionItems({ decisions }: Facts, language: Language): Candidate[] {
  const said = phrases[language];
  return decisions.map(({ id, consortium, lead, round, outcome, decidedOn: date, updatedAt, ...row }) =>
    item('decision', id, {
      ...row,
      date,
      updatedAt: latest(updatedAt, consortium.updatedAt, round?.updatedAt),
      title:
        said.decisions[outcome]?.(consortium.name, said.round(round?.ordinal ?? null)) ??
        `${consortium.name}: ${outcome}`,
      subject: subject('decision', id),
      outcome,
      organizations: [lead],
    }),
  );
}

const claimItems = ({ claims }: Facts, language: Language): Candidate[] =>
  claims.map(({ id, kind, money, subject: whose, organization, source, statedOn: date, updatedAt, ...row }) =>
    item('funding', id, {
      ...row,
      date,
      updatedAt: latest(updatedAt, whose.updatedAt, source?.updatedAt),
      title: phrases[language].claim(
        moneyInWords(money, language),
        phrases[language].money[kind] ?? kind,
        whose.name,
        source?.publisher ?? null,
      ),
      subject: subject('funding-figure', id),
      organizations: organization === null ? [] : [organization],
    }),
  );

type Together = Facts['bids'][number] | Facts['memberships'][number];

/** Rows of one day that are told as one item. */
const together = (rows: Together[], about: { updatedAt: string | null }) => ({
  rows: rows.length,
  organizations: [...new Set(rows.map(({ organization }) => organization.id))],
  sources: [...new Set(rows.flatMap(({ sources }) => sources))].sort(byCode),
  updatedAt: latest(
    about.updatedAt,
    ...rows.flatMap(({ updatedAt, organization }) => [updatedAt, organization.updatedAt]),
  ),
});

const nameOf = ({ organization }: Together): string => organization.name;

function bidItems({ bids }: Facts, language: Language): Candidate[] {
  const said = phrases[language];
  const groups = groupedBy(bids, ({ call, outcome, decidedOn }) => `${call.id}.${outcome}.${decidedOn}`);
  return groups.map((group) => {
    const [{ call, outcome, decidedOn: date }] = group;
    const sorted = group.toSorted((a, b) => byCode(a.organization.id, b.organization.id));
    return item('bid', `${call.id}.${outcome}.${date ?? 'undated'}`, {
      ...together(sorted, call),
      date,
      title: said.bids(call.name, said.outcomes[outcome] ?? outcome, inWords(sorted.map(nameOf), language)),
      subject: subject('call', call.id),
      outcome,
    });
  });
}

const leadFirst = (a: Facts['memberships'][number], b: Facts['memberships'][number]): number =>
  Number(b.role === 'lead') - Number(a.role === 'lead') || byCode(a.organization.id, b.organization.id);

function membershipItems({ memberships }: Facts, language: Language): Candidate[] {
  const told = (kind: 'joined' | 'left', dated: 'joinedOn' | 'leftOn', rows: Facts['memberships']) =>
    groupedBy(rows, (row) => `${row.consortium.id}.${row[dated]}`).map((group) => {
      const [{ consortium, [dated]: date }] = group;
      const sorted = group.toSorted(leadFirst);
      return item(kind, `${consortium.id}.${date ?? 'undated'}`, {
        ...together(sorted, consortium),
        date,
        title: phrases[language][kind](consortium.name, inWords(sorted.map(nameOf), language)),
        subject: subject('consortium', consortium.id),
      });
    });
  return [
    ...told('joined', 'joinedOn', memberships),
    // Without a day of leaving a member belongs; nothing is undated then.
    ...told(
      'left',
      'leftOn',
      memberships.filter(({ leftOn }) => leftOn !== null),
    ),
  ];
}

export const candidatesOf = (facts: Facts, language: Language): Candidate[] =>
  [
    milestoneItems,
    disclosureItems,
    callItems,
    bidItems,
    roundItems,
    releaseItems,
    decisionItems,
    claimItems,
    membershipItems,
  ].flatMap((items) => items(facts, language));
