/** What a reply that may be kept has to say about itself; see src/cache. */
import type { Reads } from '../db/reads.ts';
import type { Tagged } from './tagged.ts';

interface Recording {
  readonly reads: Reads;
  /** The reply is there. */
  keep(reply: Tagged): void;
  /** There will be none that could be kept: it is streamed. */
  abandon(): void;
}

declare module 'fastify' {
  interface FastifyRequest {
    recording?: Recording;
  }
  interface FastifyContextConfig {
    /** Whether its replies are kept. */
    cached?: boolean;
  }
}
