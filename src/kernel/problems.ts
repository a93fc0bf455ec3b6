/**
 * Every kind of refusal the API can give, as one closed list: its HTTP status, what it means and what to do.
 * The pages under /problems, the OpenAPI document and the replies themselves are all made from it.
 */
interface ProblemType {
  status: number;
  title: string;
  meaning: string;
  remedy: string;
}

const problem = (status: number, title: string, meaning: string, remedy: string): ProblemType => ({
  status,
  title,
  meaning,
  remedy,
});

export const problemTypes = {
  'invalid-parameter': problem(
    400,
    'A query parameter is not valid',
    'At least one query parameter is unknown, repeated, or has a value that does not fit.',
    'Look at `errors`: each entry names the parameter, what is wrong with it and, where a name is misspelt, the nearest valid one.',
  ),
  'invalid-cursor': problem(
    400,
    'The cursor does not belong to this list',
    'A cursor is only good for the list, the filters and the order it was given for. This one was changed, or was used with another query.',
    'Start again without `cursor` (of the changes: without `since`) and follow `page.next` or the `Link` field with `rel="next"` as given.',
  ),
  'malformed-json': problem(
    400,
    'The body is not valid JSON',
    'The body could not be read as JSON in UTF-8, nests too deeply, or contains text that cannot be stored (a NUL character, half of a surrogate pair).',
    'Check the body with any JSON parser; `detail` says where reading stopped.',
  ),
  'malformed-request': problem(
    400,
    'The request could not be read',
    'The request line, a header field or the way the body is framed does not follow HTTP.',
    'Send the request with a standard HTTP client.',
  ),
  unauthenticated: problem(
    401,
    'A key is needed',
    'This operation changes data, or reading is not public on this server, and the request carried no valid key: none, an unknown one, or one that has expired or was revoked.',
    'Send `Authorization: Bearer <key>`. The first start of a server prints an admin key.',
  ),
  'insufficient-scope': problem(
    403,
    'The key may not do this',
    'The key is valid but lacks the scope that this operation needs; `detail` names it.',
    'Use a key that has the scope, or ask an administrator for one.',
  ),
  'outside-program': problem(
    403,
    'The key is bound to another programme',
    'The key is valid and has the scope, but it is bound to one programme, and what was to be written (or the import) belongs to another one, or to no single programme as sources and organizations do. `detail` names the programme.',
    'Use a key that is bound to that programme, or to none.',
  ),
  'not-found': problem(
    404,
    'There is no such row',
    'The path is right, but no row has this id.',
    'Look the id up in the list, for example with `q=`; ids never change once they are given.',
  ),
  gone: problem(
    410,
    'The row was deleted',
    'There was a row with this id, and it was deleted. Its versions are kept.',
    'Follow `history` for what it said, and who deleted it when. With `knownAt` it can be read as it was then.',
  ),
  'no-such-path': problem(
    404,
    'There is nothing at this path',
    'The API has no resource at this path. A trailing slash counts as a different path.',
    'Start at `/`, `/docs` or `/openapi.json`, which list every path.',
  ),
  'method-not-allowed': problem(
    405,
    'The method is not allowed here',
    'The path exists, but not for this method. The `Allow` field lists the ones that work.',
    'Use one of the allowed methods.',
  ),
  'not-acceptable': problem(
    406,
    'None of the accepted formats can be given',
    'The `Accept` field, or `format=`, asks for a form that this resource does not have.',
    'Ask for application/json, on lists also for text/csv, application/x-ndjson or application/vnd.apache.parquet, or leave `Accept` out.',
  ),
  'already-exists': problem(
    409,
    'A row like this exists already',
    'A row with the same id or the same natural key is there already; `detail` names it.',
    'PATCH the existing row, or choose another id.',
  ),
  'still-referenced': problem(
    409,
    'Other rows refer to this one',
    'A row that others refer to cannot be deleted; `references` lists who does.',
    'Change or delete the rows that refer to it first.',
  ),
  'last-admin-key': problem(
    409,
    'Nobody could administer the tracker',
    'This is the last key with the scope `admin` that is valid. Without it nobody could make another one.',
    'Make another key with the scope `admin` first, and use that one to revoke this.',
  ),
  'key-unchangeable': problem(
    409,
    'The key is not changed any more',
    'A key that was revoked or has expired is not rotated, and one that was revoked stays so. The key of the setting BOOTSTRAP_ADMIN_KEY is changed by that setting.',
    'Make another key.',
  ),
  'request-in-progress': problem(
    409,
    'The same request is still running',
    'Another request with this Idempotency-Key has not finished yet.',
    'Wait for the seconds in `Retry-After` and send the same request again.',
  ),
  'precondition-failed': problem(
    412,
    'The row has changed in the meantime',
    'The `If-Match` field names a version that is no longer the current one. Nothing was written.',
    'GET the row again, look at what changed, and repeat with its new ETag.',
  ),
  'request-timeout': problem(
    408,
    'The request took too long to arrive',
    'The header fields or the body did not arrive completely in the time that the server waits.',
    'Send the request again over a connection that works; send large files in parts.',
  ),
  'body-too-large': problem(
    413,
    'The body is too large',
    'The body has more bytes than this operation takes.',
    'Send fewer rows at once.',
  ),
  'uri-too-long': problem(
    414,
    'The address is too long',
    'The path or the query string is longer than the server reads.',
    'Use fewer values in a filter, or several requests.',
  ),
  'unsupported-media-type': problem(
    415,
    'The body has a type that is not read here',
    'The `Content-Type` is missing, unknown, or not one this operation reads; so is a `Content-Encoding`.',
    'Send `application/json` (POST) or `application/merge-patch+json` (PATCH), uncompressed.',
  ),
  'expectation-failed': problem(
    417,
    'An expectation cannot be met',
    'The `Expect` field asks for something other than `100-continue`.',
    'Leave `Expect` out.',
  ),
  'validation-failed': problem(
    422,
    'The body does not fit',
    'The body is valid JSON, but at least one field is missing, unknown, or has a value that does not fit.',
    'Look at `errors`: each entry points at the field (RFC 6901) and says what would be right.',
  ),
  'source-required': problem(
    422,
    'A fact needs a source',
    'Every fact in this tracker names at least one source. A write without one is refused.',
    'Add `sources` with the id of at least one row of /v1/sources; create the source first if it is new.',
  ),
  'unknown-reference': problem(
    422,
    'A row that is referred to does not exist',
    'A field names the id of a row that is not there; where the id looks misspelt the nearest one is named.',
    'Correct the id, or create the row it names first.',
  ),
  'unknown-currency': problem(
    422,
    'There is no such currency',
    'A currency must be a code of ISO 4217 that is in use.',
    'Use the three capital letters of the currency, for example KRW.',
  ),
  'program-mismatch': problem(
    422,
    'Rows of different programmes are mixed',
    'Round, consortium, criterion, call and bid must all belong to one programme, and a criterion to its round.',
    'Check which programme each of the rows named belongs to.',
  ),
  'score-out-of-range': problem(
    422,
    'The score is out of range',
    'A score lies between 0 and the maximum score of its criterion.',
    'Check the score and the criterion; `detail` gives the maximum.',
  ),
  'parts-exceed-whole': problem(
    422,
    'The parts add up to more than the whole',
    'A total is made of parts, and the scores of the parts may not add up to more than the score of the whole.',
    'Correct the part or the total; send both in one import if both change.',
  ),
  'gate-takes-passed': problem(
    422,
    'A gate is passed or failed',
    'The criterion is a gate: its evaluation says `passed` true or false and has no score.',
    'Send `passed` and leave `score` null.',
  ),
  'gate-has-no-score': problem(
    422,
    'A gate has no maximum score',
    'A criterion is either scored or a gate.',
    'Set `maxScore` and `weight` to null, or `gate` to false.',
  ),
  'score-required': problem(
    422,
    'A disclosed evaluation needs a score',
    'An evaluation whose status is `disclosed` has a score; a score that was withheld has the status `undisclosed`.',
    'Send the score, or `"status": "undisclosed"` with neither score nor passed.',
  ),
  'consortium-eliminated': problem(
    422,
    'The consortium is out',
    'A consortium that was eliminated is not evaluated in a later round, unless it was added again.',
    'Check the decisions of the consortium; record that it was added again first.',
  ),
  'decision-out-of-order': problem(
    422,
    'The decision does not follow from those before it',
    'A consortium is selected or added first; only then can it advance, be eliminated or become champion, once a round; only an eliminated one can be added again.',
    'Look at the decisions of the consortium and their dates.',
  ),
  'round-out-of-order': problem(
    422,
    'Rounds follow each other',
    'A round is opened or published only when every earlier round of its programme is published.',
    'Publish the earlier round first, or check the `ordinal` of both.',
  ),
  'round-incomplete': problem(
    422,
    'Somebody has no result yet',
    'A round is published whole: every consortium that was in when it ended, or was judged in it, has a decision in it. It stays so: nobody is selected or added later with a day before the publication.',
    'Record the missing decisions, or say in `deviationReason` why there is none.',
  ),
  'publication-out-of-order': problem(
    422,
    'The day of a publication does not fit',
    'A round is published neither before its presentation, its own decisions, an earlier round or the first selection of its programme, nor after today. A month or a year is out of order only where all of its days are.',
    'Check `publishedOn` and the dates that `detail` names.',
  ),
  'gate-contradicts-decision': problem(
    422,
    'A failed gate stands against the decision',
    'A consortium that failed a gate of the round cannot advance in it.',
    'Check the evaluation of the gate and the decision; one of the two is wrong.',
  ),
  'deviation-unexplained': problem(
    422,
    'Not as many go on as planned',
    'The number of consortiums that advance differs from `plannedAdvancing`, and the round does not say why.',
    'Check the decisions, or give `deviationReason`.',
  ),
  'correction-required': problem(
    422,
    'A published result is only corrected',
    'The round is published. What was published is not changed silently: nothing in it is altered, removed or added. Only a score that it was published without, as `undisclosed`, may be disclosed later.',
    'Send `"correction": true` and a `reason` with the change (on DELETE as query parameters); the reason is kept.',
  ),
  'circular-reference': problem(
    422,
    'A row would rest on itself',
    'A parent, or a model that another is based on, must not lead back to the row itself, however far.',
    'Check the chain of parents.',
  ),
  'membership-overlap': problem(
    422,
    'Two memberships overlap',
    'One organization is a member of one consortium only once at a time.',
    'End the first membership (`leftOn`) before the second begins.',
  ),
  'id-is-fixed': problem(
    422,
    'An id never changes',
    'The id of a row is part of its address and is never changed.',
    'Leave `id` out of the patch; create a new row if it must have another id.',
  ),
  'idempotency-key-reused': problem(
    422,
    'The Idempotency-Key was used for something else',
    'A request with this Idempotency-Key but another body, path or method was answered before.',
    'Use a new key for a new request.',
  ),
  'idempotency-key-required': problem(
    400,
    'An import needs an Idempotency-Key',
    'Imports are retried by scripts at night. Without an Idempotency-Key a retry could not be told from a new import.',
    'Send `Idempotency-Key` with a text that is the same for each try of the same file, for example its SHA-256.',
  ),
  'file-unreadable': problem(
    400,
    'The file cannot be read',
    'From some place on the file cannot be read: it is cut off, not UTF-8, not the form that Content-Type says, or larger than allowed. Nothing was written.',
    '`errors` gives line and column of the place. Mend the file there and send it again under a new Idempotency-Key.',
  ),
  'import-refused': problem(
    422,
    'Rows of the file do not fit',
    'At least one row cannot be written as it is, so nothing was written. Every fault is listed with its place and what would be right, up to a stated number.',
    'Get the bad rows from `rows?status=error&format=csv`, mend them and send the file again under a new Idempotency-Key; or import with `onError=skip`.',
  ),
  'import-finished': problem(
    409,
    'The import has ended',
    'Only an import that waits or runs can be cancelled; this one has ended.',
    'Look at its `status`. What was applied is changed by another import.',
  ),
  'plan-outdated': problem(
    409,
    'The plan does not fit any more',
    'Rows that the plan is about have changed since it was made. Nothing was written.',
    'Look at `rows`, then make a new plan from the same file.',
  ),
  'plan-not-applicable': problem(
    409,
    'The plan cannot be carried out',
    'A plan can be carried out once, before it expires, and only if it has no rows in error (or was made with `onError=skip`).',
    'Make a new plan from the file.',
  ),
  'precondition-required': problem(
    428,
    'The current version must be named',
    'PATCH and DELETE need `If-Match` with the ETag of the row, so that nobody overwrites a change that they have not seen.',
    'GET the row and send its ETag in `If-Match`.',
  ),
  'rate-limited': problem(
    429,
    'Too many requests',
    'The key, or the address without a key, has used up its reads or writes for this minute. Most requests count once, a 304 a tenth; an export, a simulation, an import and a page of many rows count more.',
    'Wait for the seconds in `Retry-After`; the `RateLimit` field shows how much is left. Ask for what you have already with `If-None-Match`, for several rows with one list, for many with one export.',
  ),
  'too-many-at-once': problem(
    429,
    'Too many at the same time',
    'The key, or the address without a key, has as many exports, imports, event streams or queued imports under way as one may have.',
    'Wait until one of them has ended, at least for the seconds in `Retry-After`, and send the request again.',
  ),
  'headers-too-large': problem(
    431,
    'The header fields are too large',
    'The header fields of the request are larger than the server reads.',
    'Send fewer or shorter header fields.',
  ),
  'internal-error': problem(
    500,
    'The server made a mistake',
    'Something failed that is not the fault of the request. It has been logged under the `requestId`.',
    'Try again; if it stays, report the `requestId`.',
  ),
  unavailable: problem(
    503,
    'The server cannot answer right now',
    'The database cannot be reached, or the server is starting, stopping or overloaded.',
    'Try again after the seconds in `Retry-After`.',
  ),
} as const satisfies Record<string, ProblemType>;

export type ProblemCode = keyof typeof problemTypes;
export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problemTypes, code);

/** One fault of the input: where it is (a JSON pointer into the body, or a parameter) and what would be right. */
export interface Fault {
  pointer?: string;
  parameter?: string;
  code: string;
  detail: string;
  /** In a file: the row, the line where it begins (and the column in it), the field and the value that stood there. */
  row?: number;
  line?: number;
  column?: number;
  field?: string;
  value?: unknown;
}

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly faults: Fault[];
  readonly headers: Record<string, string>;
  readonly extra: Record<string, unknown>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      faults?: Fault[];
      headers?: Record<string, string>;
      extra?: Record<string, unknown>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: more.cause });
    this.code = code;
    this.faults = more.faults ?? [];
    this.headers = more.headers ?? {};
    this.extra = more.extra ?? {};
  }

  get status(): number {
    return problemTypes[this.code].status;
  }
}

/** How many faults a refusal lists; `detail` says how many there are. */
const faultsMost = 200;

/** Several faults, one refusal. Where all of them are of one kind that has a page of its own, that is its type. */
export function refuse(faults: Fault[], otherwise: 'validation-failed' | 'invalid-parameter'): Problem {
  const codes = new Set(faults.map((fault) => fault.code));
  const only = codes.size === 1 ? faults[0]?.code : undefined;
  const code = only !== undefined && isProblemCode(only) ? only : otherwise;
  const [first] = faults;
  const detail =
    faults.length === 1 && first
      ? first.detail
      : `${faults.length} faults; the first: ${first?.detail ?? ''}`;
  return new Problem(code, detail, { faults: faults.slice(0, faultsMost) });
}
