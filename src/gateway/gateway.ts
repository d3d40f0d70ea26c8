import type { Clock } from '../clock.js';
import { type Audience, failureOfRefusal, GateView } from '../gate/index.js';
import type { Match, NoMatch, Router } from '../httprule/index.js';
import { Code, StatusError } from '../status/index.js';
import type { CallShape, Route, Surface } from '../surface/index.js';
import type { RequestEvent, RequestSpan, Tracer } from '../telemetry/index.js';
import { type Answer, emptyAnswer } from './answer.js';
import { bidi } from './bidi.js';
import { clientStream } from './client-stream.js';
import { answerFailure, type Failure, failureOf } from './errors.js';
import type { Exchange, HeaderFields, Reply } from './exchange.js';
import { admitted } from './gate.js';
import { LiveStreams } from './live-streams.js';
import type { SocketSession } from './message-socket.js';
import { overriddenMethod } from './method-override.js';
import { elsewhereAnswer, type Page, pageAnswer } from './page.js';
import { type Preflight, preflight } from './preflight.js';
import { requestIdOf } from './request-id.js';
import type { Run, Traffic } from './run.js';
import { serverStream } from './server-stream.js';
import { socketSession } from './socket.js';
import { type Serving, Term } from './term.js';
import { unary } from './unary.js';

/** What a gateway is made of. */
export interface GatewayCoreOptions extends Serving {
  readonly clock: Clock;
  /** Undefined where nobody traces: then traces pass through. */
  readonly tracer?: Tracer | undefined;
}

/** Runs requests on the current surface. */
export interface Gateway {
  /** The surface that the next request will run on. */
  readonly surface: Surface;
  /**
   * Later requests run on `next`; those under way keep what they began with. Resolves when the last of them, and of
   * the calls that outlive them, has ended.
   */
  swap(next: Serving): Promise<void>;
  /** Keeps what is served now from ending, as a request does; to be called back once. */
  hold(): () => void;
  /** As `handle`, but undefined at once when no route has the path: somebody else's turn. */
  tryHandle(exchange: Exchange): Promise<Reply> | undefined;
  /**
   * Prepares a WebSocket handshake: a session for the socket, or the reply that refuses it. A
   * handshake is a GET, but stands for whatever HTTP method the streaming routes of the path have.
   */
  openSocket(exchange: Exchange): Promise<SocketSession | Reply>;
  /** Answers what is wrong whatever it asks for. It is counted, logged and traced as any other. Never throws. */
  refuse(exchange: Exchange, error: StatusError): Reply;
  /** Answers any request; never rejects. */
  handle(exchange: Exchange): Promise<Reply>;
  /**
   * Opens no more WebSockets, and ends the streams whose clients connect again by themselves: server-sent
   * events and WebSockets. What else is under way goes on, and other requests are still answered.
   */
  drain(): void;
  /** Ends the streams that are left, with SHUTTING_DOWN in their own format. */
  cut(): void;
  /** Requests whose answer has not ended, streams included. */
  readonly inFlight: number;
}

/** A request that has been counted in. */
interface Begun {
  readonly end: Run['end'];
  readonly span: RequestSpan | undefined;
  readonly traffic: Traffic;
}

/** The route that a request has, as far as its caller may see, and what the gate has said of it so far. */
interface Seen {
  found: Match<Route>;
  view: GateView;
}

/** What a request turned out to be for: a route, or a page beside the routes. */
type Subject = Seen | { readonly page: Page; readonly view: GateView };

const audienceOf = ({ view }: Seen): Audience => view.principal?.audience ?? 'public';

/** What the router has no route for, or refuses to look for. */
type Unrouted = NoMatch | { readonly error: unknown };

const lines: Readonly<Record<CallShape, (run: Run) => Promise<Answer>>> = {
  unary,
  'server-stream': serverStream,
  'client-stream': clientStream,
  bidi,
};

/** Makes a gateway. It owns no timers, sockets or channels beyond the requests it runs. */
export function createGatewayCore(options: GatewayCoreOptions): Gateway {
  return new GatewayCore(options);
}

class GatewayCore implements Gateway {
  readonly #clock: Clock;
  readonly #tracer: Tracer | undefined;
  readonly #streams = new LiveStreams();
  #term: Term;
  #inFlight = 0;

  constructor(options: GatewayCoreOptions) {
    const { clock, tracer } = options;
    this.#clock = clock;
    this.#tracer = tracer;
    this.#term = this.#termOf(options);
  }

  get surface(): Surface {
    return this.#term.surface;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  swap(next: Serving): Promise<void> {
    const before = this.#term;
    this.#term = this.#termOf(next);
    return before.end();
  }

  hold(): () => void {
    return holding(this.#term);
  }

  #termOf(serving: Serving): Term {
    return new Term(serving, this.#clock, this.#tracer?.names ?? noNames);
  }

  drain(): void {
    this.#streams.drain();
  }

  cut(): void {
    this.#streams.cut();
  }

  handle(exchange: Exchange): Promise<Reply> {
    return this.tryHandle(exchange) ?? this.#answerRest(this.#term, this.#term.proxies.asSent(exchange));
  }

  tryHandle(received: Exchange): Promise<Reply> | undefined {
    const term = this.#term;
    const exchange = term.proxies.asSent(received);
    const asked = preflight(term.surface, exchange);
    if (asked !== undefined) return this.#answerPreflight(term, exchange, asked);
    const found = this.#match(term, exchange);
    if ('route' in found) return this.#answer(term, exchange, found);
    const isUnknown = 'allow' in found && found.allow.length === 0;
    return isUnknown ? undefined : this.#answerWithout(term, exchange, found);
  }

  refuse(received: Exchange, error: StatusError): Reply {
    const term = this.#term;
    const exchange = term.proxies.asSent(received);
    const requestId = requestIdOf(exchange.headers);
    const begun = this.#begin(term, exchange, requestId, undefined);
    const failure = failureOf(error, requestId);
    const { reply, code, cause, reason } = answerFailure(
      { surface: term.surface, exchange, requestId },
      failure,
    );
    begun.traffic.responseBytes = sizeOf(reply);
    begun.end(reply.httpStatus, code, cause, reason);
    return reply;
  }

  async openSocket(received: Exchange): Promise<SocketSession | Reply> {
    const term = this.#term;
    const { surface } = term;
    const exchange = term.proxies.asSent(received);
    const known = this.#matchSocket(exchange, surface.router);
    const matched = 'route' in known ? known : this.#matchSocket(exchange, surface.routerFor('public'));
    if (!('route' in matched)) return this.#answerWithout(term, { ...exchange, httpMethod: 'GET' }, matched);
    const requestId = requestIdOf(exchange.headers);
    const seen = this.#seen(term, exchange, matched, requestId);
    const begun = this.#begin(term, exchange, requestId, seen);
    let failure: Failure | undefined;
    try {
      failure = await admitted(matched.route.gate, seen.view);
      if (failure?.reason === 'ROUTE_UNKNOWN') {
        const instead = this.#matchSocket(exchange, surface.routerFor(audienceOf(seen)));
        if ('route' in instead) failure = await this.#turnTo(term, seen, instead, exchange);
      }
      if (failure === undefined) return socketSession(this.#run(term, exchange, seen, begun));
    } catch (error) {
      failure = failureOf(error, requestId);
    }
    const { reply, code, cause, reason } = answerFailure({ surface, exchange, requestId }, failure);
    begun.traffic.responseBytes = sizeOf(reply);
    begun.end(reply.httpStatus, code, cause, reason);
    return withFields(reply, seen.view);
  }

  /** The first of the path's routes that streams, else any. */
  #matchSocket({ target }: Exchange, router: Router<Route>): Match<Route> | Unrouted {
    try {
      const first = router.match('GET', target);
      const others = router.match('OPTIONS', target);
      const methods = 'route' in others ? [] : others.allow;
      const matches = [first, ...methods.map((method) => router.match(method, target))];
      const streaming = matches.find((match) => 'route' in match && match.route.shape !== 'unary');
      return streaming ?? matches.find((match) => 'route' in match) ?? first;
    } catch (error) {
      return { error };
    }
  }

  /**
   * The router's word, an error of its own being one of them: what is unknown must be known at once. Of
   * what there is besides, and of what is wrong with a path, nobody is told more than everybody may see.
   */
  #match(term: Term, exchange: Exchange): Match<Route> | Unrouted {
    const { router, routerFor } = term.surface;
    const found = this.#matchIn(term, router, exchange);
    const visible = routerFor('public');
    return 'route' in found || visible === router ? found : this.#matchIn(term, visible, exchange);
  }

  #matchIn({ methodOverride }: Term, router: Router<Route>, exchange: Exchange): Match<Route> | Unrouted {
    try {
      const httpMethod = methodOverride ? overriddenMethod(exchange) : exchange.httpMethod;
      return router.match(httpMethod, exchange.target);
    } catch (error) {
      return { error };
    }
  }

  /** The exit for everything that has a route: whatever a line throws becomes a reply here. */
  async #answer(term: Term, exchange: Exchange, matched: Match<Route>): Promise<Reply> {
    const { surface } = term;
    const requestId = requestIdOf(exchange.headers);
    const seen = this.#seen(term, exchange, matched, requestId);
    const begun = this.#begin(term, exchange, requestId, seen);
    let answer: Answer;
    try {
      const refused = admitted(matched.route.gate, seen.view);
      let failure = refused instanceof Promise ? await refused : refused;
      let instead: Match<Route> | Unrouted | undefined;
      if (failure?.reason === 'ROUTE_UNKNOWN') {
        instead = this.#matchIn(term, surface.routerFor(audienceOf(seen)), exchange);
        if ('route' in instead) failure = await this.#turnTo(term, seen, instead, exchange);
      }
      if (failure === undefined)
        answer = await lines[seen.found.route.shape](this.#run(term, exchange, seen, begun));
      else if (instead === undefined || 'route' in instead)
        answer = answerFailure({ surface, exchange, requestId }, failure);
      else answer = withoutRoute(exchange, instead, requestId);
    } catch (error) {
      answer = answerFailure({ surface, exchange, requestId }, failureOf(error, requestId));
    }
    const { code, cause, reason } = answer;
    const reply = withFields(answer.reply, seen.view);
    // A stream ends later, and says so itself.
    if (reply.body instanceof Uint8Array) {
      begun.traffic.responseBytes = reply.body.length;
      begun.end(reply.httpStatus, code, cause, reason);
    }
    return reply;
  }

  /** To whom a route is hidden, another may stand there: the request is that one's from now on. */
  #turnTo(
    term: Term,
    seen: Seen,
    instead: Match<Route>,
    exchange: Exchange,
  ): Failure | undefined | Promise<Failure | undefined> {
    seen.view.end({ httpStatus: 404, code: Code.NOT_FOUND });
    Object.assign(seen, this.#seen(term, exchange, instead, seen.view.requestId));
    return admitted(instead.route.gate, seen.view);
  }

  async #answerPreflight(term: Term, exchange: Exchange, { found, headers }: Preflight): Promise<Reply> {
    const requestId = requestIdOf(exchange.headers);
    const { end } = this.#begin(term, exchange, requestId, this.#seen(term, exchange, found, requestId));
    const { reply, code } = emptyAnswer([...headers, ['x-request-id', requestId]]);
    end(reply.httpStatus, code);
    return reply;
  }

  /** What no route has. */
  #answerRest(term: Term, exchange: Exchange): Promise<Reply> {
    const page = term.pages?.find(exchange);
    if (page === undefined) return this.#answerWithout(term, exchange, { allow: [] });
    const { httpMethod } = exchange;
    if (httpMethod === 'GET' || httpMethod === 'HEAD') return this.#answerPage(term, exchange, page);
    return this.#answerWithout(term, exchange, { allow: ['GET', 'HEAD', 'OPTIONS'] }, page);
  }

  async #answerPage(term: Term, exchange: Exchange, page: Page): Promise<Reply> {
    const { surface, clientAddress, compressionBytesMin } = term;
    const requestId = requestIdOf(exchange.headers);
    const view = new GateView(exchange, { requestId, captures: [], query: '', clientAddress });
    const begun = this.#begin(term, exchange, requestId, { page, view });
    const refused = (failure: Failure): Answer => {
      const told = answerFailure({ surface, exchange, requestId }, failure);
      return { ...told, reply: { ...told.reply, headers: told.reply.headers.concat(page.refusal) } };
    };
    let answer: Answer;
    try {
      const content = await page.read(view);
      if ('kind' in content) answer = refused(failureOfRefusal(content, requestId));
      else if ('location' in content) answer = elsewhereAnswer(content, requestId);
      else answer = await pageAnswer(exchange, content, requestId, compressionBytesMin);
    } catch (error) {
      answer = refused(failureOf(error, requestId));
    }
    const { reply, code, cause, reason } = answer;
    begun.traffic.responseBytes = sizeOf(reply);
    begun.end(reply.httpStatus, code, cause, reason);
    return reply;
  }

  async #answerWithout(term: Term, exchange: Exchange, found: Unrouted, page?: Page): Promise<Reply> {
    const { surface } = term;
    const requestId = requestIdOf(exchange.headers);
    const begun = this.#begin(term, exchange, requestId, undefined);
    let answer: Answer;
    try {
      answer = withoutRoute(exchange, found, requestId, page?.preflight);
    } catch (error) {
      answer = answerFailure({ surface, exchange, requestId }, failureOf(error, requestId));
    }
    const { reply, code, cause, reason } = answer;
    begun.traffic.responseBytes = sizeOf(reply);
    begun.end(reply.httpStatus, code, cause, reason);
    return reply;
  }

  #seen({ clientAddress }: Term, exchange: Exchange, found: Match<Route>, requestId: string): Seen {
    const { captures, query, route } = found;
    const keyParameter = query === '' ? undefined : () => keyParameterOf(route, query);
    const view = new GateView(exchange, { requestId, captures, query, clientAddress, keyParameter });
    return { found, view };
  }

  #run(term: Term, exchange: Exchange, { found: match, view }: Seen, { end, span, traffic }: Begun): Run {
    return {
      surface: term.surface,
      exchange,
      view,
      match,
      query: match.route.request.readQuery(match.query),
      requestId: view.requestId,
      limits: match.route.limits,
      clock: this.#clock,
      names: term.names,
      streamRules: term.streamRules,
      heartbeats: term.heartbeats,
      streams: this.#streams,
      hold: () => holding(term),
      span,
      traffic,
      end,
    };
  }

  /** Counts a request in; its `end` counts it out and tells everybody, once. */
  #begin(term: Term, exchange: Exchange, requestId: string, subject: Subject | undefined): Begun {
    const startedAt = this.#clock.now();
    const span = this.#tracer?.start(exchange, term.proxies.isPeer);
    const traffic: Traffic = { requestBytes: 0, responseBytes: 0 };
    const seen = subject !== undefined && 'found' in subject ? subject : undefined;
    const page = subject !== undefined && 'page' in subject ? subject.page : undefined;
    let ended = false;
    this.#inFlight += 1;
    term.hold();
    const end: Run['end'] = (httpStatus, code, cause, reason) => {
      if (ended) return;
      ended = true;
      this.#inFlight -= 1;
      const durationMs = this.#clock.now() - startedAt;
      subject?.view.end({ httpStatus, code });
      const event: RequestEvent = {
        kind: 'request',
        httpMethod: exchange.httpMethod,
        route: page?.route ?? seen?.found.route.binding.template.text,
        method: seen?.found.route.rpcMethod,
        shape: seen?.found.route.shape,
        httpStatus,
        code,
        refused: subject?.view.refused,
        reason: subject?.view.refused === undefined ? reason : undefined,
        clientAddress: subject === undefined ? term.clientAddress(exchange) : subject.view.clientAddress,
        principal: subject?.view.principal?.id,
        durationMs,
        requestBytes: traffic.requestBytes,
        responseBytes: traffic.responseBytes,
        requestId,
        trace: span?.ids,
        cause,
      };
      span?.end(event);
      term.log(event, exchange);
      // Last: what others hold for this one may be gone behind it.
      term.release();
    };
    return { end, span, traffic };
  }
}

const noNames: ReadonlySet<string> = new Set();

/** Holds a term; its end, which counts once. */
function holding(term: Term): () => void {
  let isHeld = true;
  term.hold();
  return () => {
    if (isHeld) term.release();
    isHeld = false;
  };
}

/** What is wrong with a query is said by the line, to those who are let in. */
function keyParameterOf({ request }: Route, query: string): string | undefined {
  try {
    return request.readQuery(query).system.key;
  } catch {
    return undefined;
  }
}

/** Bytes of a body; of a stream they are not yet known. */
function sizeOf({ body }: Reply): number {
  return body instanceof Uint8Array ? body.length : 0;
}

/** A reply with what the steps of the gate have said for it. */
function withFields(reply: Reply, view: GateView | undefined): Reply {
  const headers = view?.finishHeaders(reply.headers);
  return headers === undefined || headers === reply.headers ? reply : { ...reply, headers };
}

/** OPTIONS is answered for every known path (RFC 9110 §9.3.7); everything else throws what there is to say. */
function withoutRoute(
  { httpMethod }: Exchange,
  found: Unrouted,
  requestId: string,
  preflightFields: HeaderFields = [],
): Answer {
  if ('error' in found) throw found.error;
  if (found.allow.length === 0) {
    throw new StatusError(Code.NOT_FOUND, 'ROUTE_UNKNOWN', 'No route matches the path.');
  }
  const allow = found.allow.join(', ');
  if (httpMethod === 'OPTIONS') {
    return emptyAnswer([['allow', allow], ...preflightFields, ['x-request-id', requestId]]);
  }
  throw new StatusError(
    Code.UNIMPLEMENTED,
    'HTTP_METHOD_UNKNOWN',
    `The path exists, but only for ${allow}.`,
    {
      httpStatus: 405,
      headers: [['allow', allow]],
    },
  );
}
