import type { IncomingMessage } from 'node:http';
import { type Context, type Handler, Hono } from 'hono';
import { matchedRoutes, routePath } from 'hono/route';
import { getPath } from 'hono/utils/url';
import type { Gateway, Reply } from '../gateway/index.js';
import { Code, reasons, StatusError } from '../status/index.js';
import { exchangeOf, type Received, receivedExchange, responseOf } from './fetch.js';
import { flushedReply } from './flushed.js';
import { mountedTarget } from './mounted-target.js';
import type { SecurityHeaders } from './security-headers.js';

/** The gateway as a Hono app, and who is first in line there. */
export interface GatewayApp {
  readonly app: Hono;
  /** Whether there is nothing in the app but the bindings: then nothing that they do not know is left to it. */
  readonly isAlone: boolean;
  /**
   * Whether hand-written code, middleware included, comes before the bindings for this request: then the
   * request must go through Hono, or a guard in it would be passed by.
   */
  isHandWritten(httpMethod: string, target: string): boolean;
}

/**
 * The gateway as a Hono app: hand-written routes first in line, then every binding. Mounted under a prefix
 * (`app.route('/api', gateway.app)`), it serves the paths of the templates below it. A path without a binding
 * is left to handlers that were added later, where there are any. What `current` says is read for each request.
 */
export function createApp(
  core: Gateway,
  routes: ((app: Hono) => void) | undefined,
  current: { readonly security: SecurityHeaders },
): GatewayApp {
  const app = new Hono();
  routes?.(app);
  const guarded = app.routes.length > 0;
  const bindings: Handler = async (c, next) => {
    const { incoming, received, flush } = environmentOf(c);
    const sent = received?.target ?? incoming?.url ?? targetOf(c.req.raw.url);
    const target = mountedTarget(sent, routePath(c));
    const exchange =
      received === undefined
        ? exchangeOf(c.req.raw, target ?? sent, incoming)
        : receivedExchange(c.req.raw, target ?? sent, received);
    const response = (reply: Reply): Response =>
      responseOf(current.security.on(reply, exchange), c.req.method);
    const answer = (reply: Reply): Response | Promise<Response> =>
      flush === undefined ? response(reply) : flushedReply(reply, flush).then(response);
    if (target === undefined) return answer(core.refuse(exchange, ambiguous()));
    const reply = core.tryHandle(exchange);
    if (reply !== undefined) return answer(await reply);
    if (matchedRoutes(c).length > c.req.routeIndex + 1) return next();
    return answer(await core.handle(exchange));
  };
  app.all('*', bindings);
  return {
    app,
    get isAlone() {
      return app.routes.length === 1;
    },
    isHandWritten(httpMethod, target) {
      if (!guarded) return false;
      // As the app's own handler sees it, which refuses this one.
      if (target.includes('\\')) return true;
      const url = /^https?:\/\//i.test(target) ? target : `http://gateway${target}`;
      // What is no URL has no binding either; the gateway says so.
      if (!URL.canParse(url)) return false;
      // As Hono dispatches: HEAD is GET, and the path is normalised and decoded. Of a Request it reads the URL only.
      const path = getPath({ url: new URL(url).href } as Request);
      const [handlers] = app.router.match(httpMethod === 'HEAD' ? 'GET' : httpMethod, path);
      return handlers[0]?.[0][1].handler !== bindings;
    },
  };
}

/** What stands behind a Request: Node's own, which @hono/node-server gives, or what a platform has received. */
export interface AppEnvironment {
  readonly incoming?: IncomingMessage;
  readonly received?: Received;
  /** What the end of each answer waits for; nothing where it is left out. */
  readonly flush?: (() => Promise<void>) | undefined;
}

/** Hono types the environment as whatever the runtime gives. */
function environmentOf(c: Context): AppEnvironment {
  return (c.env ?? {}) as AppEnvironment;
}

function targetOf(url: string): string {
  const path = url.indexOf('/', url.indexOf('//') + 2);
  return path < 0 ? '/' : url.slice(path);
}

function ambiguous(): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, 'PATH_MALFORMED', reasons.PATH_MALFORMED);
}
