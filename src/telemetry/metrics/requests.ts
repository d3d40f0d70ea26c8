import { codeName } from '../../status/index.js';
import { methodLabel } from '../http-methods.js';
import type { RequestEvent } from '../request-event.js';
import type { Meter } from './meter.js';
import type { Distribution } from './series.js';

/** What counts the requests of one route by one HTTP method. */
interface RouteSeries {
  readonly requestBodySize: Distribution;
  readonly responseBodySize: Distribution;
  /** By HTTP status and code, as one number. */
  readonly durations: Map<number, Distribution>;
}

/**
 * Counts requests as they end. What a client chooses freely is in none of the labels: a route is its template, what
 * has none is "unmatched", and both kinds of status are the gateway's own.
 */
export function countRequests(meter: Meter): (event: RequestEvent) => void {
  const byMethod = new Map<string | undefined, Map<string | undefined, Map<string, RouteSeries>>>();

  function routeOf({ method, route }: RequestEvent, httpMethod: string): RouteSeries {
    const byRoute = at(byMethod, method, () => new Map());
    const byHttpMethod = at(byRoute, route, () => new Map());
    return at(byHttpMethod, httpMethod, () => {
      const labels = [httpMethod, route ?? 'unmatched', method ?? ''] as const;
      return {
        requestBodySize: meter.histogram('requestBodySize', ...labels),
        responseBodySize: meter.histogram('responseBodySize', ...labels),
        durations: new Map(),
      };
    });
  }

  return (event) => {
    const { httpStatus, code, refused } = event;
    const httpMethod = methodLabel(event.httpMethod);
    const series = routeOf(event, httpMethod);
    const duration = at(series.durations, httpStatus * 32 + code, () =>
      meter.histogram(
        'requestDuration',
        httpMethod,
        event.route ?? 'unmatched',
        String(httpStatus),
        event.method ?? '',
        codeName(code),
        event.shape ?? '',
      ),
    );
    duration.observe(event.durationMs / 1_000, event.trace);
    series.requestBodySize.observe(event.requestBytes);
    series.responseBodySize.observe(event.responseBytes);
    if (refused !== undefined) meter.counter('refusals', refused.step, refused.reason).add();
  };
}

/** The value of a key, made when it is first asked for. */
function at<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = create();
  map.set(key, value);
  return value;
}
