/** What is traced: the statements of a database, and below what they are said. Loaded only where traces are wanted. */
import type { Database } from '../db/database.ts';
import { RequestTraces } from './requests.ts';
import type { Telemetry } from './settings.ts';
import { traceStatements } from './statements.ts';
import { Tracing } from './tracing.ts';

export function openTracing(telemetry: Telemetry, db: Database): Tracing {
  const tracing = new Tracing(telemetry);
  traceStatements(tracing, db);
  return tracing;
}

export const traceRequests = (telemetry: Telemetry, db: Database): RequestTraces =>
  new RequestTraces(openTracing(telemetry, db));
