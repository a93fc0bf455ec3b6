/**
 * Replies that are kept in the process and sent again while what they were read from has not changed. What the process
 * writes itself outdates them before the writer is answered; what others write, as soon as the database says so (`NOTIFY`),
 * and while the process does not hear the database it keeps nothing.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Listener } from '../db/listener.ts';
import { Reads } from '../db/reads.ts';
import type { Versions } from '../db/versions.ts';
import { sendAgain } from '../http/reply.ts';
import '../http/recording.ts';
import type { Tagged } from '../http/tagged.ts';
import { today } from './day.ts';
import { Store, type Kept } from './store.ts';

/** Somebody who is finding out what others want to know too. */
interface Flight {
  landed: Promise<Kept | undefined>;
  land: (kept?: Kept) => void;
}

type Answer = FastifyReply | Promise<FastifyReply | undefined> | undefined;

export class ResponseCache {
  readonly #store: Store;
  readonly #versions: Versions;
  readonly #listener: Listener;
  readonly #flights = new Map<string, Flight>();
  /** Replies that were sent again, and requests for which there was none to send. */
  hits = 0;
  misses = 0;
  /** Told of each of both. */
  onAnswer: (outcome: 'hit' | 'miss') => void = () => undefined;

  constructor(bytes: number, versions: Versions, listener: Listener) {
    this.#store = new Store(bytes, versions);
    this.#versions = versions;
    this.#listener = listener;
    listener.onHeard((tables) => {
      versions.written(tables ? versions.placesOf(tables) : versions.all);
    });
  }

  get bytes(): number {
    return this.#store.bytes;
  }

  get entries(): number {
    return this.#store.entries;
  }

  hit(): void {
    this.hits += 1;
    this.onAnswer('hit');
  }

  /** Answers the request from what is kept, now or when somebody else has found it out; or has its reply recorded. */
  answer(request: FastifyRequest, reply: FastifyReply): Answer {
    const day = this.#day();
    if (day === undefined) return undefined;
    const key = keyOf(request);
    const kept = this.#store.get(key, day);
    if (kept) {
      this.hit();
      return sendAgain(request, reply, kept.reply);
    }
    const flight = this.#flights.get(key);
    if (flight) return this.#join(flight, key, day, request, reply);
    this.#begin(key, day, request);
    return undefined;
  }

  /** What may be sent again now for the request, if anything. */
  find(request: Asked): Kept | undefined {
    const day = this.#day();
    return day === undefined ? undefined : this.#store.get(keyOf(request), day);
  }

  /** Of what is kept; none where nothing may be sent again. */
  #day(): number | undefined {
    return this.#listener.isListening ? today() : undefined;
  }

  async #join(
    flight: Flight,
    key: string,
    day: number,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> {
    const mark = this.#versions.mark();
    const early = await flight.landed;
    // Only what was begun in the state that was there when this was asked: it may have been read before the last write.
    const isGood = early && this.#versions.areSame(early.mark, mark, early.places);
    // Else somebody who waited for it too may have begun anew, after this was asked. (Without a pause here if not, or all
    // would find that nobody has.)
    const later = isGood ? undefined : this.#flights.get(key);
    const found = later ? await later.landed : isGood ? early : undefined;
    if (found) {
      this.hit();
      return sendAgain(request, reply, found.reply);
    }
    this.#begin(key, day, request);
    return undefined;
  }

  #begin(key: string, day: number, request: FastifyRequest): void {
    const route = request.routeOptions.url ?? '';
    this.misses += 1;
    this.onAnswer('miss');
    const reads = new Reads(this.#versions);
    const flight = flightOf();
    this.#flights.set(key, flight);
    const land = (kept?: Kept): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      flight.land(kept);
    };
    request.recording = {
      reads,
      abandon: land,
      keep: (reply: Tagged) => {
        if (!reads.isNoted) {
          land();
          return;
        }
        const { places, mark, isLasting } = reads;
        const kept = { reply, route, places, mark, day: isLasting ? undefined : day };
        this.#keep(key, kept);
        land(kept);
      },
    };
  }

  #keep(key: string, kept: Kept): void {
    const { reply, mark, places } = kept;
    if (this.#listener.isListening && this.#versions.isStill(mark, places)) {
      this.#store.set(key, kept);
      reply.onGrowth = () => {
        this.#store.weigh(key);
      };
    }
  }
}

function flightOf(): Flight {
  let land: Flight['land'] = () => undefined;
  const landed = new Promise<Kept | undefined>((resolve) => {
    land = resolve;
  });
  return { landed, land };
}

/** Everything that a reply may depend on, apart from the data. HEAD asks for the fields of the same reply. */
export type Asked = Pick<FastifyRequest, 'url' | 'headers' | 'protocol' | 'host'>;
const keyOf = ({ url, headers, protocol, host }: Asked): string =>
  `${url}\n${headers.accept ?? ''}\n${headers['accept-language'] ?? ''}\n${protocol}://${host}`;

export function responseCache(app: FastifyInstance, cache: ResponseCache): void {
  app.decorateRequest('recording', undefined);
  // Not async, so that what is kept is sent at once.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.routeOptions.config.cached) {
      done();
      return;
    }
    const answer = cache.answer(request, reply);
    if (answer === undefined) done();
    else if (answer instanceof Promise)
      answer.then(
        (sent) => {
          if (!sent) done();
        },
        (error: unknown) => {
          done(error as Error);
        },
      );
  });
  // Whatever became of it, nobody waits for it any more.
  app.addHook('onSend', (request, _reply, payload, done) => {
    request.recording?.abandon();
    done(null, payload);
  });
}
