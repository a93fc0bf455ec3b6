/** The field `traceparent` of W3C Trace Context: in which trace, and under which span of it, somebody asks. */
export interface Traceparent {
  traceId: string;
  spanId: string;
  /** Whether the caller records. */
  sampled: boolean;
}

/** Later versions may say more behind a dash; version ff is none. */
const field = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Undefined where there is none, or not a proper one, which counts as none. */
export function traceparentIn(value: string | string[] | undefined): Traceparent | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = field.exec(String(value ?? '')) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const traceparentOf = ({ traceId, spanId, sampled }: Traceparent): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
