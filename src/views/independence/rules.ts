/**
 * What follows from the facts about a bidder: whether each model stands on its own or on somebody else's abroad, where
 * the bidder itself stands, and the counts. What the sources do not say stays null; nothing is concluded from silence.
 */
interface Organization {
  id: string;
  name: string;
  country: string;
}

interface Base {
  id: string;
  /** Null, like the organization, where the model was not public on the day asked about. */
  name: string | null;
  organization: Organization | null;
  trainedFromScratch: boolean | null;
  sources: string[];
}

export interface ModelFacts extends Base {
  name: string;
  organization: Organization;
  releasedOn: string | null;
  relation: 'parent' | 'subsidiary' | null;
  /** From the model it rests on directly down to the root. */
  basedOn: Base[];
}

interface BidFacts {
  id: string;
  outcome: string;
  decidedOn: string | null;
  reason: string | null;
  call: { id: string; name: string };
  criteria: { id: string; name: string; gate: boolean }[];
  sources: string[];
}

interface ConsortiumFacts {
  id: string;
  name: string;
  status: string | null;
  statusSince: string | null;
  rationale: string | null;
  sources: string[];
}

interface PartnerFacts {
  partner: Organization;
}

interface MemberFacts {
  organization: Organization;
}

interface GateFacts {
  round: string;
  consortium: string;
  criterion: { id: string; name: string };
  passed: boolean | null;
  status: string | null;
  evaluatedOn: string | null;
  sources: string[];
}

export interface BidderFacts {
  organization: Organization;
  consortiums: ConsortiumFacts[];
  bids: BidFacts[];
  models: ModelFacts[];
  partners: PartnerFacts[];
  /** Those from abroad, of all its consortiums. */
  members: MemberFacts[];
  gates: GateFacts[];
}

export interface IndependenceFacts {
  program: object;
  bidders: BidderFacts[];
}

const foreignTo = (country: string, organization: Organization | null): boolean | null =>
  organization && organization.country !== country;

/**
 * True as soon as one model of the chain, or the model itself, was made in another country; false only where the
 * chain is known to its root, all of it was made at home, and the root was trained from scratch.
 */
export function restsOnForeign(model: ModelFacts, country: string): boolean | null {
  const chain = [model, ...model.basedOn];
  const foreign = chain.map(({ organization }) => foreignTo(country, organization));
  if (foreign.includes(true)) return true;
  if (foreign.includes(null)) return null;
  return chain.at(-1)?.trainedFromScratch === true ? false : null;
}

function describedModel(model: ModelFacts, country: string) {
  return {
    id: model.id,
    name: model.name,
    releasedOn: model.releasedOn,
    trainedFromScratch: model.trainedFromScratch,
    through: model.relation && { ...model.organization, relation: model.relation },
    basedOn: model.basedOn.map((base) => ({
      id: base.id,
      name: base.name,
      organization: base.organization,
      foreign: foreignTo(country, base.organization),
      trainedFromScratch: base.trainedFromScratch,
      sources: base.sources,
    })),
    restsOnForeign: restsOnForeign(model, country),
    sources: model.sources,
  };
}

type Described = ReturnType<typeof describedModel>;

const counted = (models: Described[]) => ({
  models: models.length,
  fromScratch: models.filter((model) => model.trainedFromScratch === true).length,
  onForeign: models.filter((model) => model.restsOnForeign === true).length,
  notStated: models.filter((model) => model.restsOnForeign === null).length,
});

const statuses = ['champion', 'active', 'selected', 'eliminated'];

/** Of the consortium that came furthest; without one, of the latest bid. A call that was declined is no bid. */
export function standingOf({ consortiums, bids }: Pick<BidderFacts, 'consortiums' | 'bids'>): {
  standing: string | null;
  since: string | null;
} {
  for (const status of statuses) {
    const team = consortiums.find((consortium) => consortium.status === status);
    if (team) return { standing: status, since: team.statusSince };
  }
  const bid = bids.findLast(({ outcome }) => outcome !== 'declined') ?? bids.at(-1);
  return { standing: bid?.outcome ?? null, since: bid?.decidedOn ?? null };
}

function described(facts: BidderFacts) {
  const { organization, consortiums, bids, models, partners, members, gates } = facts;
  const shown = models.map((model) => describedModel(model, organization.country));
  const selection = bids.flatMap(selectionGates);
  const failed = [...selection, ...gates].filter(({ passed }) => passed === false);
  return {
    organization,
    outcome: { ...standingOf({ consortiums, bids }), consortiums, bids },
    verdict: {
      ...counted(shown.filter(({ through }) => through === null)),
      related: counted(shown.filter(({ through }) => through !== null)),
      partnersAbroad: new Set(partners.map(({ partner }) => partner.id)).size,
      membersAbroad: new Set(members.map((member) => member.organization.id)).size,
      gatesFailed: failed.length,
    },
    models: shown,
    foreignPartners: partners,
    foreignMembers: members,
    gates: { selection, rounds: gates.map(verdict) },
  };
}

/**
 * A bid names the criteria that decided on it. So a gate among those by which it was turned away was failed, and one among
 * those by which it came further was passed; who withdrew or declined was not judged.
 */
const gateVerdicts: Partial<Record<string, boolean>> = {
  selected: true,
  shortlisted: true,
  excluded: false,
  'not-shortlisted': false,
};

const selectionGates = ({ id, call, outcome, decidedOn, criteria, sources }: BidFacts) =>
  criteria
    .filter(({ gate }) => gate)
    .map((criterion) => ({
      bid: id,
      call,
      criterion: { id: criterion.id, name: criterion.name },
      passed: gateVerdicts[outcome] ?? null,
      outcome,
      decidedOn,
      sources,
    }));

const verdict = ({ round, consortium, criterion, passed, status, evaluatedOn, sources }: GateFacts) => ({
  round,
  consortium,
  criterion,
  passed,
  status,
  evaluatedOn,
  sources,
});

const place = (standing: string | null): number => {
  const at = statuses.indexOf(standing ?? '');
  return at === -1 ? 2 : standing === 'eliminated' ? 1 : 0;
};

/** Those who are in, then those who were eliminated, then those who never were; by their ids. */
export function independence({ program, bidders }: IndependenceFacts) {
  return {
    program,
    bidders: bidders
      .map(described)
      .sort(
        (a, b) =>
          place(a.outcome.standing) - place(b.outcome.standing) ||
          (a.organization.id < b.organization.id ? -1 : 1),
      ),
  };
}
