/**
 * How long replies took, by route, method and class of status. Counted by hand, since it is done for each request: prom-client
 * would make a text of the labels each time. (Measured: 25 ns instead of 450.)
 */
import type { FastifyInstance } from 'fastify';
import type { ProblemCode } from '../kernel/problems.ts';

/** In seconds; the last bucket has no bound. */
export const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface Series {
  /** A pattern of the router's, never an address: so there are only so many. */
  route: string;
  method: string;
  /** `2xx`. */
  status: string;
  buckets: number[];
  seconds: number;
}

/** For what has no route: there are addresses without end. */
const noRoute = '(none)';

export class Requests {
  readonly series: Series[] = [];
  readonly problems = new Map<ProblemCode, number>();
  /** By route, then by method, then by class of status. */
  readonly #byRoute = new Map<string, Map<string, (Series | undefined)[]>>();

  note(route: string | undefined, method: string, statusCode: number, milliseconds: number): void {
    const seconds = milliseconds / 1000;
    const series = this.#seriesOf(route ?? noRoute, method, Math.floor(statusCode / 100));
    let place = 0;
    while (place < bounds.length && seconds > (bounds[place] ?? 0)) place += 1;
    series.buckets[place] = (series.buckets[place] ?? 0) + 1;
    series.seconds += seconds;
  }

  refused(code: ProblemCode): void {
    this.problems.set(code, (this.problems.get(code) ?? 0) + 1);
  }

  #seriesOf(route: string, method: string, status: number): Series {
    let methods = this.#byRoute.get(route);
    if (!methods) this.#byRoute.set(route, (methods = new Map<string, (Series | undefined)[]>()));
    let statuses = methods.get(method);
    if (!statuses) methods.set(method, (statuses = []));
    return (statuses[status] ??= this.#begin(route, method, `${status}xx`));
  }

  #begin(route: string, method: string, status: string): Series {
    const series = { route, method, status, buckets: bounds.map(() => 0).concat(0), seconds: 0 };
    this.series.push(series);
    return series;
  }
}

export function countRequests(app: FastifyInstance): Requests {
  const requests = new Requests();
  app.addHook('onResponse', (request, reply, done) => {
    requests.note(request.routeOptions.url, request.method, reply.statusCode, reply.elapsedTime);
    if (reply.problem !== undefined) requests.refused(reply.problem);
    done();
  });
  return requests;
}
