/** The settings of tracing, by the names that OpenTelemetry gives them. Without an endpoint nothing of it is even read. */
import { z } from 'zod';

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const endpoint = z
  .string()
  .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), 'must be an http:// or https:// URL')
  .optional();

/** `name=value,name=value`, percent-encoded (W3C Baggage, without its properties). */
function pairsIn(text: string): Record<string, string> | undefined {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  try {
    const read = pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new SyntaxError();
      return [pair.slice(0, at), pair.slice(at + 1)].map((part) => decodeURIComponent(part.trim()));
    });
    return Object.fromEntries(read) as Record<string, string>;
  } catch {
    return undefined;
  }
}

const isField = ([name, value]: [string, string]): boolean =>
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value);

const pairs = (areGood: (one: [string, string]) => boolean, fault: string) =>
  z
    .string()
    .transform((text, context) => {
      const read = pairsIn(text);
      if (read && Object.entries(read).every(areGood)) return read;
      // Not repeated: there are secrets among them.
      context.addIssue(fault);
      return z.NEVER;
    })
    .optional();

export const telemetrySettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: endpoint,
    meaning:
      'Where traces are sent (OTLP over HTTP, as JSON; `/v1/traces` is added), such as `http://localhost:4318`. Without this or the next, nothing is traced.',
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    schema: endpoint,
    meaning: 'The same as the whole address, and stronger.',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    schema: pairs(isField, 'must be name=value, separated by commas and percent-encoded'),
    meaning: 'Fields that are sent with them, such as a token: `name=value`, separated by commas.',
  },
  OTEL_SERVICE_NAME: {
    schema: z.string().max(255).optional(),
    meaning: 'What the server is called in traces; `sovereign-ai-tracker` unless told.',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    schema: pairs(() => true, 'must be name=value, separated by commas and percent-encoded'),
    meaning:
      'What else traces say about the server: `deployment.environment.name=production`, several by comma.',
  },
  OTEL_TRACES_SAMPLER: {
    schema: z.enum(samplers).default('parentbased_always_on'),
    meaning:
      'Which requests are traced: `always_on`, `always_off`, `traceidratio`, or one of these after `parentbased_`, where who sends a `traceparent` decides about it.',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    schema: z
      .string()
      .regex(/^(0|1|0?\.[0-9]{1,9}|1\.0{1,9})$/, 'must be a number from 0 to 1')
      .transform(Number)
      .default(1),
    meaning: 'The share for `traceidratio`: 0 to 1.',
  },
  OTEL_SDK_DISABLED: {
    schema: z
      .enum(['true', 'false'])
      .default('false')
      .transform((value) => value === 'true'),
    meaning: '`true` traces nothing, whatever else is set.',
  },
} as const;

/** What is traced where; plain data, since threads are given it. */
export interface Telemetry {
  url: string;
  headers: Record<string, string>;
  resource: Record<string, string>;
  sampler: (typeof samplers)[number];
  ratio: number;
}

type Settings = z.infer<
  z.ZodObject<{ [K in keyof typeof telemetrySettings]: (typeof telemetrySettings)[K]['schema'] }>
>;

/** Undefined where nothing is traced. */
export function telemetryOf(settings: Settings): Telemetry | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = settings;
  const url = whole ?? (base === undefined ? undefined : below(base));
  if (url === undefined || settings.OTEL_SDK_DISABLED) return undefined;
  const name = settings.OTEL_SERVICE_NAME;
  return {
    url,
    headers: settings.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    resource: {
      'service.name': 'sovereign-ai-tracker',
      ...settings.OTEL_RESOURCE_ATTRIBUTES,
      ...(name === undefined ? {} : { 'service.name': name }),
    },
    sampler: settings.OTEL_TRACES_SAMPLER,
    ratio: settings.OTEL_TRACES_SAMPLER_ARG,
  };
}

function below(base: string): string {
  const url = new URL(base);
  url.pathname += url.pathname.endsWith('/') ? 'v1/traces' : '/v1/traces';
  return url.href;
}
