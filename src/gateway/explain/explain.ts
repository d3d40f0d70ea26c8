import { Cancellation } from '../../cancel-signal.js';
import type { Random } from '../../clock.js';
import { type GateResources, watchedResources } from '../../gate/index.js';
import { fieldValues } from '../../headers.js';
import type { StatusError } from '../../status/index.js';
import type { Route, Surface } from '../../surface/index.js';
import type { RequestEvent } from '../../telemetry/index.js';
import type { Channel, Upstream } from '../../upstream/index.js';
import type { Exchange } from '../exchange.js';
import { createGatewayCore, type GatewayCoreOptions } from '../gateway.js';
import { overriddenMethod } from '../method-override.js';
import { readAnswer } from './answer.js';
import { shownBinding } from './bound.js';
import { type CallRecorder, createCallRecorder } from './call-recorder.js';
import { candidatesOf, nameOf, originOf } from './candidates.js';
import type { Explanation } from './explanation.js';
import { nearestRoutes } from './nearest-routes.js';
import { type Place, rehearsedChannel } from './rehearsed-channel.js';
import { createShower, type Shower } from './shown.js';
import { callOf, outcomeOf } from './shown-call.js';
import { settingsOf, shownStep } from './shown-step.js';
import { shownUpstream } from './shown-upstream.js';
import { createStepRecorder } from './step-recorder.js';
import { summaryOf, verdictOf } from './verdict.js';
import { type WatchedSurface, watchSurface } from './watched-surface.js';

/** What requests are explained with: the gateway's own parts. */
export interface ExplainHost {
  readonly options: GatewayCoreOptions;
  readonly gate: GateResources;
  readonly random: Random;
  /** The channel in use, held until `release`. */
  readonly retain: (upstream: Upstream) => { readonly channel: Channel; release(): void };
}

/** A request to be explained. */
export interface Question
  extends Pick<Exchange, 'httpMethod' | 'target' | 'headers' | 'peerAddress' | 'scheme'> {
  readonly body: Uint8Array;
  /** Whether the request is made, with everything that comes of it. */
  readonly send: boolean;
  /** What a listener would say of it, before a gateway sees it. */
  readonly refusal?: StatusError | undefined;
}

/**
 * Runs a request along the gateway's own line, with recorders around the steps of the gate and the call. Without `send`
 * it is a rehearsal: nothing is counted, stored or used up, nobody is told of it, and no backend is connected to.
 * Never rejects.
 */
export async function explain(host: ExplainHost, question: Question): Promise<Explanation> {
  const { options, gate } = host;
  const { surface, clock, tracer } = options;
  const { send } = question;
  const steps = createStepRecorder();
  const calls = createCallRecorder(clock);
  const known: Place[] = [];
  const picked: Place[] = [];
  const releases: (() => void)[] = [];
  const channelInUse = once((upstream) => {
    const { channel, release } = host.retain(upstream);
    releases.push(release);
    return channel;
  });
  const channelTo = (upstream: Upstream): Channel => {
    if (send) return calls.watched(channelInUse(upstream));
    const channel = rehearsedChannel(upstream, {
      ...{ clock, random: host.random },
      answersOf: (path) => (isOneAnswer(surface, path) ? 1 : 0),
      known: (place) => void known.push(place),
      picked: (place) => void picked.push(place),
    });
    releases.push(() => void channel.close());
    return calls.watched(channel);
  };
  const watched = watchSurface(surface, {
    channelTo: once(channelTo),
    gate: watchedResources(gate, (finding) => steps.note(finding), !send),
    watched: (step) => steps.watched(step),
  });
  const events: RequestEvent[] = [];
  const core = createGatewayCore({
    ...options,
    surface: watched.surface,
    // Traces that come in go on with a span only where there is one.
    tracer: send ? tracer : undefined,
    ownNames: new Set([...options.ownNames, ...(tracer?.names ?? [])]),
    log(event, exchange) {
      events.push(event);
      if (send) options.log(event, exchange);
    },
  });
  const exchange = exchangeOf(question);
  const show = createShower(secretNames(gate));
  const { refusal } = question;
  const reply = refusal === undefined ? await core.handle(exchange) : core.refuse(exchange, refusal);
  const answer = await readAnswer(reply, exchange, show, clock, send || calls.calls.length === 0);
  const [event] = events;
  const httpMethod = meantMethod(options, exchange);
  const match = event?.route === undefined ? undefined : watched.match;
  const route = match?.route;
  const candidates = candidatesOf(surface, exchange.target, wantedMethod(exchange, httpMethod), route);
  const verdict = verdictOf(answer.httpStatus, event);
  const upstream =
    route?.upstream &&
    shownUpstream(route.upstream, known, send ? calls.attempts : picked, channelInUse(route.upstream));
  for (const release of releases) release();
  return {
    verdict,
    summary: summaryOf(verdict, answer, event, steps, calls, route),
    sent: send,
    request: {
      ...{ httpMethod: question.httpMethod, meansMethod: httpMethod },
      target: show.target(question.target),
      headers: show.headers(question.headers),
      bodyBytes: question.body.length,
      clientAddress: event?.clientAddress ?? question.peerAddress,
      principal: event?.principal,
      requestId: event?.requestId ?? '',
    },
    candidates,
    nearest: candidates.length === 0 ? nearestRoutes(surface, exchange.target, httpMethod) : [],
    route: route && {
      ...{ httpMethod: route.binding.httpMethod, template: route.binding.template.text },
      ...{ method: nameOf(route), shape: route.shape, origin: originOf(route) },
    },
    bound: route && boundOf(route, watched, calls, show),
    steps: route === undefined ? [] : steps.steps.map((step) => shownStep(step, route, show)),
    settings: route === undefined ? [] : settingsOf(route),
    call: route && callOf(surface, route, calls, show),
    upstream,
    answer,
    outcome: send && route !== undefined ? outcomeOf(surface, route, calls, show) : undefined,
  };
}

/** Names under which credentials come and go here, besides those that everybody knows. */
function secretNames({ ownNames, identity, options }: GateResources): ReadonlySet<string> {
  const keys = [...ownNames].filter((name) => !identity.reserved.has(name));
  const { metadata: token } = options.identity?.jwt ?? {};
  return new Set(token === undefined ? keys : [...keys, token]);
}

function isOneAnswer({ routes }: Surface, path: string): boolean {
  const shape = routes.find(({ grpcPath }) => grpcPath === path)?.shape;
  return shape === 'client-stream' || shape === 'unary';
}

/** Each upstream has one channel. */
function once(channelTo: (upstream: Upstream) => Channel): (upstream: Upstream) => Channel {
  const made = new Map<Upstream, Channel>();
  return (upstream) => {
    const channel = made.get(upstream) ?? channelTo(upstream);
    made.set(upstream, channel);
    return channel;
  };
}

function exchangeOf({ body, send: _, refusal: __, ...question }: Question): Exchange {
  return {
    ...question,
    trailersAccepted: false,
    body: body.length === 0 ? undefined : inOne(body),
    signal: new Cancellation(),
  };
}

async function* inOne(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

function meantMethod({ methodOverride }: GatewayCoreOptions, exchange: Exchange): string {
  try {
    return methodOverride === true ? overriddenMethod(exchange) : exchange.httpMethod;
  } catch {
    return exchange.httpMethod;
  }
}

/** What a preflight is about is not OPTIONS. */
function wantedMethod({ httpMethod, headers }: Exchange, meant: string): string {
  const [asked] = fieldValues(headers, 'access-control-request-method');
  return httpMethod === 'OPTIONS' && asked !== undefined ? asked : meant;
}

function boundOf(route: Route, { bound }: WatchedSurface, { calls }: CallRecorder, show: Shower) {
  const sent = calls.find(({ path }) => path === route.grpcPath)?.messages[0];
  return bound && shownBinding(route, bound, sent, show);
}
