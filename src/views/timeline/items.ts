/** From the rows to what happened, or is planned: each builder turns one kind of row into items. */
import type { Language } from '../../kernel/language.ts';
import { lastDayIn } from '../../kernel/partial-date.ts';
import { byCode, groupedBy } from '../../kernel/grouping.ts';
import type { Candidate, Facts, Kind, Subject } from './facts.ts';
import { inWords, moneyInWords, phrases } from './phrases.ts';
import { firstDayIn } from './period.ts';

const pathOf = (type: string, id: string): string => `/v1/${type}s/${id}`;
const subject = (type: Subject['type'], id: string): Subject => ({ type, id, href: pathOf(type, id) });

type Said = Pick<Candidate, 'date' | 'title' | 'subject' | 'sources' | 'updatedAt'> & Partial<Candidate>;

const item = (kind: Kind, key: string, said: Said): Candidate => ({
  id: `${kind}.${key}`,
  kind,
  organizations: [],
  planned: false,
  moved: null,
  rows: 1,
  ...said,
});

/** A milestone was planned when even its first source came out before the time it names. */
const milestoneItems = ({ milestones }: Facts): Candidate[] =>
  milestones.map(({ id, date, title, earliest, ...row }) =>
    item('milestone', id, {
      ...row,
      date,
      title,
      subject: subject('milestone', id),
      planned: earliest !== null && earliest < firstDayIn(date),
    }),
  );

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
      planned: true,
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

/** A plan has moved when the period that it names was over before the round took place. */
function movedFrom(
  round: Subject,
  plan: string | null,
  done: Record<'publishedOn' | 'presentedOn', string | null>,
): Candidate['moved'] {
  const field = done.publishedOn === null ? 'presentedOn' : 'publishedOn';
  const to = done[field];
  if (plan === null || to === null || firstDayIn(to) <= lastDayIn(plan)) return null;
  return { to, by: { ...round, field } };
}

const releaseItems = ({ releases }: Facts, language: Language): Candidate[] =>
  releases.map(({ id, name, organization, releasedOn: date, ...row }) =>
    item('release', id, {
      ...row,
      date,
      title: phrases[language].release(organization.name, name),
      subject: subject('model', id),
      organizations: [organization.id],
    }),
  );

function decisionItems({ decisions }: Facts, language: Language): Candidate[] {
  const said = phrases[language];
  return decisions.map(({ id, consortium, lead, ordinal, outcome, decidedOn: date, ...row }) =>
    item('decision', id, {
      ...row,
      date,
      title: said.decisions[outcome]?.(consortium, said.round(ordinal)) ?? `${consortium}: ${outcome}`,
      subject: subject('decision', id),
      organizations: [lead],
    }),
  );
}

const claimItems = ({ claims }: Facts, language: Language): Candidate[] =>
  claims.map(({ id, kind, money, subject: whose, organization, publisher, statedOn: date, ...row }) =>
    item('funding', id, {
      ...row,
      date,
      title: phrases[language].claim(
        moneyInWords(money, language),
        phrases[language].money[kind] ?? kind,
        whose,
        publisher,
      ),
      subject: subject('funding-figure', id),
      organizations: organization === null ? [] : [organization],
    }),
  );

type Together = Facts['bids'][number] | Facts['memberships'][number];

/** Rows of one day that are told as one item. */
const together = (rows: Together[]) => ({
  rows: rows.length,
  organizations: [...new Set(rows.map(({ organization }) => organization.id))],
  sources: [...new Set(rows.flatMap(({ sources }) => sources))].sort(byCode),
  updatedAt: rows.map(({ updatedAt }) => updatedAt).reduce((a, b) => (a < b ? b : a)),
});

const nameOf = ({ organization }: Together): string => organization.name;

function bidItems({ bids }: Facts, language: Language): Candidate[] {
  const said = phrases[language];
  const groups = groupedBy(bids, ({ call, outcome, decidedOn }) => `${call.id}.${outcome}.${decidedOn}`);
  return groups.map((group) => {
    const [{ call, outcome, decidedOn: date }] = group;
    const sorted = group.toSorted((a, b) => byCode(a.organization.id, b.organization.id));
    return item('bid', `${call.id}.${outcome}.${date ?? 'undated'}`, {
      ...together(sorted),
      date,
      title: said.bids(call.name, said.outcomes[outcome] ?? outcome, inWords(sorted.map(nameOf), language)),
      subject: subject('call', call.id),
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
        ...together(sorted),
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
