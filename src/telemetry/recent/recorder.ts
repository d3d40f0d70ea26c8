import type { WallClock } from '../../clock.js';
import { methodLabel } from '../http-methods.js';
import type { RequestEvent } from '../request-event.js';
import { Ending, endingOf } from './ending.js';
import { Failures } from './failures.js';
import { bucketOf } from './latency.js';
import type { Recent } from './recent.js';
import { Refusals } from './refusals.js';
import { Routes } from './routes.js';
import { Seconds } from './seconds.js';

/** Remembers the last ten minutes of requests in a bounded space; counting one takes a fraction of a microsecond. */
export interface Recorder {
  record(event: RequestEvent): void;
  /** What has happened since that second; 0 for all that is remembered. */
  read(since: number): Recent;
}

export function createRecorder(clock: WallClock): Recorder {
  const seconds = new Seconds();
  const routes = new Routes();
  const refusals = new Refusals();
  const failures = new Failures();
  return {
    record(event) {
      const now = clock.wall();
      const second = Math.floor(now / 1000);
      const ending = endingOf(event);
      const bucket = bucketOf(event.durationMs);
      seconds.count(second, ending, bucket);
      const { route = '' } = event;
      // What a client invents is no key: a rule may be for any method.
      const httpMethod = methodLabel(event.httpMethod);
      routes.count(Math.floor(second / 60), route === '' ? '' : httpMethod, route, ending, bucket);
      const refused = refusalOf(event, ending);
      if (refused !== undefined) refusals.count({ ...event, httpMethod }, refused.step, refused.reason, now);
      if (ending === Ending.serverError) failures.add({ ...event, httpMethod }, now);
    },
    read(since) {
      const next = Math.floor(clock.wall() / 1000);
      return {
        next,
        seconds: seconds.read(since, next),
        routes: routes.read(Math.floor(next / 60)),
        refusals: refusals.read(),
        failures: failures.read(),
      };
    },
  };
}

/** By a step of the gate, or since the request itself is wrong. A client that has gone away was refused nothing. */
function refusalOf({ refused, reason }: RequestEvent, ending: Ending): RequestEvent['refused'] {
  if (refused !== undefined) return refused;
  if (reason === undefined || ending !== Ending.clientError || reason === 'CLIENT_CLOSED') return undefined;
  return { step: 'request', reason };
}
