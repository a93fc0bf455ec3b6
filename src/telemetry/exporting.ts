/** How spans leave: in batches, beside the requests, to a collector that may be slow, broken or gone. */
import { randomUUID } from 'node:crypto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import { version } from '../version.ts';
import type { Telemetry } from './settings.ts';

/** What was lost since it was told last. */
export interface Loss {
  spans: number;
  reason: string;
}

/** Statements are cut after so many characters; nothing else is as long. */
const valueMost = 2_000;
const tellEvery = 60_000;

export function providerOf(telemetry: Telemetry, tell: (loss: Loss) => void): TracerProvider {
  const { url, headers, resource } = telemetry;
  // Further settings of the standard (timeout, compression, certificates) it reads by itself.
  const exporter = telling(new OTLPTraceExporter({ url, headers }), tell);
  return new TracerProvider({
    sampler: samplerOf(telemetry),
    spanLimits: { attributeValueLengthLimit: valueMost },
    resource: defaultResource().merge(
      resourceFromAttributes({
        [ATTR_SERVICE_VERSION]: version,
        [ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
        ...resource,
      }),
    ),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
}

function samplerOf({ sampler, ratio }: Telemetry): Sampler {
  const root = sampler.endsWith('always_on')
    ? new AlwaysOnSampler()
    : sampler.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return sampler.startsWith('parentbased') ? new ParentBasedSampler({ root }) : root;
}

/** Says what is lost, at once and then once a minute at most; of a collector's answer only the status. */
function telling(exporter: OTLPTraceExporter, tell: (loss: Loss) => void): SpanExporter {
  let lost = 0;
  let toldAt = -Infinity;
  const note = (spans: number, error: Error): void => {
    lost += spans;
    if (performance.now() - toldAt < tellEvery) return;
    const { code } = error as { code?: unknown };
    const known = typeof code === 'number' || typeof code === 'string' ? ` (${code})` : '';
    tell({ spans: lost, reason: `${error.message}${known}` });
    lost = 0;
    toldAt = performance.now();
  };
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        if (result.error) note(spans.length, result.error);
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
