import { Cancellation } from '../../cancel-signal.js';
import type { Random } from '../../clock.js';
import { describePolicy, type GateResources, isOfStep, unasked, watchedResources } from '../../gate/index.js';
import { fieldValues } from '../../headers.js';
import { codeName } from '../../status/index.js';
import type { Route, Surface } from '../../surface/index.js';
import type { RequestEvent } from '../../telemetry/index.js';
import type { Channel, Upstream } from '../../upstream/index.js';
import type { Exchange } from '../exchange.js';
import { createGatewayCore, type GatewayCoreOptions } from '../gateway.js';
import { overriddenMethod } from '../method-override.js';
import { readAnswer } from './answer.js';
import { shownBinding } from './bound.js';
import { type CallRecord, type CallRecorder, createCallRecorder } from './call-recorder.js';
import { candidatesOf, nameOf, originOf } from './candidates.js';
import type {
  ExplainedAnswer,
  ExplainedCall,
  ExplainedOutcome,
  ExplainedStep,
  ExplainedUpstream,
  Explanation,
} from './explanation.js';
import { nearestRoutes } from './nearest-routes.js';
import { type Place, rehearsedChannel } from './rehearsed-channel.js';
import { createShower, type Shower } from './shown.js';
import { shownMessage } from './shown-message.js';
import { createStepRecorder, type StepRecorder } from './step-recorder.js';
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
  const show = createShower(new Set([...options.ownNames].filter((name) => /key|token|jwt/i.test(name))));
  const reply = await core.handle(exchange);
  const answer = await readAnswer(reply, exchange, show, clock, send || calls.calls.length === 0);
  const reports = upstreamReports(watched, channelInUse);
  for (const release of releases) release();

  const [event] = events;
  const httpMethod = meantMethod(options, exchange);
  const match = event?.route === undefined ? undefined : watched.match;
  const route = match?.route;
  const candidates = candidatesOf(surface, exchange.target, wantedMethod(exchange, httpMethod), route);
  const verdict = verdictOf(answer.httpStatus, event);
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
    upstream: route?.upstream && upstreamOf(route.upstream, known, send ? calls.attempts : picked, reports),
    answer,
    outcome: send && route !== undefined ? outcomeOf(surface, route, calls, show) : undefined,
  };
}

/** How the targets stand for the calls of others, which is not asked of the rehearsed ones. */
function upstreamReports(
  { match }: WatchedSurface,
  channelInUse: (upstream: Upstream) => Channel,
): ExplainedUpstream['reports'] {
  const upstream = match?.route.upstream;
  if (upstream === undefined) return [];
  return channelInUse(upstream)
    .report()
    .map((report) => ({ ...report, endpoints: report.endpoints.slice(0, endpointsMax) }));
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

function exchangeOf({ body, send: _, ...question }: Question): Exchange {
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

function verdictOf(httpStatus: number, event: RequestEvent | undefined): Explanation['verdict'] {
  if (event?.cause === unasked) return 'undecided';
  return httpStatus < 400 ? 'answered' : 'refused';
}

function summaryOf(
  verdict: Explanation['verdict'],
  { httpStatus, body }: ExplainedAnswer,
  event: RequestEvent | undefined,
  { steps }: StepRecorder,
  { calls }: CallRecorder,
  route: Route | undefined,
): string {
  const method = route === undefined ? '' : ` for ${nameOf(route)}`;
  if (verdict === 'undecided')
    return `Undecided${method}: an identity provider would be asked about the token.`;
  const { refused } = event ?? {};
  if (refused !== undefined)
    return `Refused with ${httpStatus}${method} by ${refused.step}: ${refused.reason}.`;
  const told = verdict === 'answered' ? '.' : `: ${messageIn(body)}`;
  if (route === undefined && verdict === 'refused') return `Refused with ${httpStatus}${told}`;
  if (route === undefined) return `Answered with ${httpStatus}, for the path alone.`;
  const known = steps.find((step) => step.verdict === 'answers');
  if (known !== undefined) return `Answered with ${httpStatus}${method} by ${known.name}, without a call.`;
  if (calls.length > 0 && verdict === 'answered') return `Answered with ${httpStatus} by ${nameOf(route)}.`;
  if (calls.length > 0) return `The call of ${nameOf(route)} ends in ${httpStatus}${told}`;
  return verdict === 'answered'
    ? `Answered with ${httpStatus}${method}, without a call.`
    : `Refused with ${httpStatus}${method}${told}`;
}

/** What an error says, in whichever form (ErrorForm). */
function messageIn(body: string | undefined): string {
  try {
    const { message, detail, error } = JSON.parse(body ?? '') as Readonly<Record<string, unknown>>;
    const inner = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : undefined;
    return String(message ?? detail ?? inner ?? 'see the answer.');
  } catch {
    return 'see the answer.';
  }
}

function boundOf(route: Route, { bound }: WatchedSurface, { calls }: CallRecorder, show: Shower) {
  const sent = calls.find(({ path }) => path === route.grpcPath)?.messages[0];
  return bound && shownBinding(route, bound, sent, show);
}

function shownStep(step: StepRecorder['steps'][number], route: Route, show: Shower): ExplainedStep {
  const { phase, name, verdict, findings, refusal, withheld, messageChanged } = step;
  const { cause } = refusal ?? {};
  return {
    ...{ phase, name, verdict, findings, withheld, messageChanged },
    reason: refusal?.reason,
    message: refusal?.message,
    httpStatus: refusal?.httpStatus,
    cause: cause === undefined ? undefined : cause instanceof Error ? cause.message : String(cause),
    metadata: show.metadata(step.metadata),
    headers: show.headers(step.headers),
    policy: describePolicy(route.policy).filter(({ path }) => isOfStep(name, path)),
  };
}

function settingsOf(route: Route) {
  return describePolicy(route.policy).filter(({ path }) => path === 'timeout' || path === 'requestBytesMax');
}

function callOf(
  surface: Surface,
  route: Route,
  { calls }: CallRecorder,
  show: Shower,
): ExplainedCall | undefined {
  const call = calls.find(({ path }) => path === route.grpcPath);
  if (call === undefined) return undefined;
  const { path, timeoutMs, metadata, messages, messageCount } = call;
  return {
    path,
    timeoutMs: timeoutMs === undefined ? undefined : Math.round(timeoutMs),
    metadata: show.metadata(metadata),
    messages: messages.map((message) => shownMessage(surface, route.binding.method.input, message)),
    messageCount,
  };
}

function outcomeOf(
  surface: Surface,
  route: Route,
  { calls }: CallRecorder,
  show: Shower,
): ExplainedOutcome | undefined {
  const call: CallRecord | undefined = calls.findLast(({ path }) => path === route.grpcPath);
  if (call?.outcome === undefined) return undefined;
  const { status, metadata, trailers } = call.outcome;
  return {
    code: codeName(status.code),
    message: status.message,
    metadata: show.metadata(metadata),
    trailers: show.metadata(trailers),
    messages: call.responses.map((message) => shownMessage(surface, route.binding.method.output, message)),
  };
}

function upstreamOf(
  { target, split, mirror }: Upstream,
  known: readonly Place[],
  picked: readonly Place[],
  reports: ExplainedUpstream['reports'],
): ExplainedUpstream {
  return {
    target: target.text,
    branches: split.map(({ when, percent, upstream }) => ({
      target: upstream.target.text,
      when:
        when === undefined
          ? `${percent}%`
          : `${when.header}${when.value === undefined ? '' : `: ${when.value}`}`,
    })),
    mirror: mirror?.target.text,
    endpoints: known.slice(0, endpointsMax),
    picked: picked.slice(0, endpointsMax),
    reports,
  };
}

const endpointsMax = 50;
