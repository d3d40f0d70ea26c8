import type { CancelSignal } from '../../cancel-signal.js';
import { fieldValues, type HeaderFields } from '../../headers.js';
import { Code, errorInfo, type Reason, reasons } from '../../status/index.js';
import type { Count } from '../../telemetry/index.js';
import type { GateContext } from '../context.js';
import type { RequestMessage } from '../request-message.js';
import type { GateStep, Next } from '../step.js';
import { type GateAnswer, type GateFailure, type GateReply, refusal, type Verdict } from '../verdict.js';
import type { GateView } from '../view.js';
import type { AnswerCache, Landed } from './answer-cache.js';
import { millisecondsOf, readDirectives } from './directives.js';
import type { Flight } from './flights.js';
import { type CachePolicy, lifetimeOf } from './freshness.js';
import { type KeyRules, keyRules } from './key.js';
import { openToAll, problemsOf } from './policy.js';
import type { Found } from './store.js';
import { type AnswerRules, type StoredAnswer, storedAnswer } from './stored-answer.js';

/**
 * Answers of reads, given again without asking the backend. What is fresh is found with the request
 * message; what is not, or is nowhere, is fetched by one call for all who want it.
 */
export function caching(context: GateContext): readonly GateStep[] {
  const { policy, report, resources } = context;
  if (policy.cache?.ttl === undefined || policy.cache.ttl === 0) return [];
  const problems = problemsOf(context);
  for (const problem of problems) report(problem);
  return problems.length > 0 ? [] : [new Caching(context, policy.cache, resources.cache).step()];
}

/** What has become of a request, as it is counted. */
type Result = 'hit' | 'stale' | 'stale_error' | 'joined' | 'miss' | 'bypass';

function countsOf(count: (result: Result) => Count): Readonly<Record<Result, Count>> {
  return {
    hit: count('hit'),
    stale: count('stale'),
    stale_error: count('stale_error'),
    joined: count('joined'),
    miss: count('miss'),
    bypass: count('bypass'),
  };
}

/** What the look for an answer has come to, for the call that follows. */
interface Missed {
  readonly key: string;
  readonly found: Found;
}

class Caching {
  readonly #context: GateContext;
  readonly #policy: CachePolicy;
  readonly #cache: AnswerCache;
  readonly #keys: KeyRules;
  readonly #labels: readonly string[];
  readonly #rules: AnswerRules;
  readonly #counts: Readonly<Record<Result, Count>>;
  readonly #missed = new WeakMap<GateView, Missed>();
  readonly #hits = new WeakMap<StoredAnswer, { readonly age: number; readonly reply: GateReply }>();

  constructor(context: GateContext, policy: CachePolicy, cache: AnswerCache) {
    const { method, httpMethod } = context;
    this.#context = context;
    this.#policy = policy;
    this.#cache = cache;
    this.#keys = keyRules(context);
    const path = `${method.parent.typeName}/${method.name}`;
    this.#counts = countsOf((result) => context.resources.meter.counter('cache', path, result));
    this.#labels = cache.labelsOf(`${method.parent.typeName}.${method.name}`, policy.tags ?? []);
    this.#rules = { isPublic: policy.scope === 'shared' && openToAll(context), isGet: httpMethod === 'GET' };
  }

  step(): GateStep {
    return {
      name: 'cache',
      inspect: (view, message) => this.#find(view, message),
      around: (view, _message, next) => this.#fetch(view, next),
    };
  }

  #find(view: GateView, message: RequestMessage): Verdict | Promise<Verdict> {
    const key = this.#keys.keyOf(view, message.binary);
    if (key === undefined) return undefined;
    const found = this.#cache.store.find(key, this.#labels);
    return found instanceof Promise
      ? found.then((late) => this.#judge(view, key, late))
      : this.#judge(view, key, found);
  }

  #judge(view: GateView, key: string, found: Found): Verdict {
    const { answer } = found;
    const wishes = this.#cache.honoursClients ? wishesOf(view) : noWishes;
    if (wishes.noStore) return undefined;
    const ageMs = answer === undefined ? 0 : this.#ageOf(answer);
    if (answer !== undefined && ageMs < Math.min(answer.lifetime.freshMs, wishes.ageMaxMs)) {
      this.#counts.hit.add();
      return this.#hit(answer, ageMs);
    }
    if (wishes.onlyIfCached) {
      this.#counts.miss.add();
      return notStored;
    }
    // Who does not want what is stored does not want it stale either.
    const usable = wishes.ageMaxMs === Number.POSITIVE_INFINITY ? found : { ...found, answer: undefined };
    this.#missed.set(view, { key, found: usable });
    return undefined;
  }

  /** The same reply for all of one second: a popular answer is given thousands of times in it. */
  #hit(answer: StoredAnswer, ageMs: number): GateReply {
    const age = Math.floor(ageMs / 1_000);
    const last = this.#hits.get(answer);
    if (last?.age === age) return last.reply;
    const reply = { ...hitReply(answer, ageMs), codings: last?.reply.codings ?? new Map() };
    this.#hits.set(answer, { age, reply });
    return reply;
  }

  #ageOf({ storedAt }: StoredAnswer): number {
    return Math.max(0, this.#context.resources.clock.wall() - storedAt);
  }

  async #fetch(view: GateView, next: Next): Promise<GateAnswer> {
    const missed = this.#missed.get(view);
    if (missed === undefined) {
      this.#counts.bypass.add();
      return withStatus(await next(), 'fwd=bypass');
    }
    const { answer } = missed.found;
    // What was purged is not to be waited for.
    const flightKey = `${missed.key} ${missed.found.mark}`;
    const { flights } = this.#cache;
    const underWay = flights.get(flightKey);
    const isStale = answer !== undefined;
    if (isStale && this.#ageOf(answer) < answer.lifetime.revalidateMs) {
      if (underWay === undefined) this.#refresh(view, next, missed, flightKey);
      this.#counts.stale.add();
      return this.#hit(answer, this.#ageOf(answer));
    }
    const flight = underWay ?? flights.start(flightKey, (signal) => this.#call(view, next, missed, signal));
    const landed = await this.#waited(flight, view, next, underWay !== undefined, isStale);
    const failed = landed.kind === 'failure' && backendFailures.has(landed.httpStatus);
    if (failed && isStale && this.#ageOf(answer) < answer.lifetime.errorMs) {
      this.#counts.stale_error.add();
      return hitReply(answer, this.#ageOf(answer), 'stale-if-error');
    }
    this.#counts[underWay === undefined ? 'miss' : 'joined'].add();
    return landed;
  }

  /** Fetches a new answer for those who come later; this client has one. */
  #refresh(view: GateView, next: Next, missed: Missed, flightKey: string): void {
    this.#cache.flights.start(flightKey, (signal) => this.#call(view, next, missed, signal), true);
  }

  async #call(view: GateView, next: Next, { key, found }: Missed, signal: CancelSignal): Promise<Landed> {
    const answer = await next({ detached: true, signal, omit: this.#keys.omitOf(view) });
    if (answer.kind === 'failure' || answer.httpStatus !== 200)
      return { answer, shared: undefined, isStored: false };
    const lifetime = lifetimeOf(this.#policy, answer.headers);
    if (lifetime === undefined) return { answer, shared: undefined, isStored: false };
    const storedAt = this.#context.resources.clock.wall();
    const shared = storedAnswer(answer, lifetime, this.#rules, this.#keys.variedBy(view), storedAt);
    const isStored = this.#cache.store.put(key, this.#labels, shared, found.mark);
    return { answer, shared, isStored };
  }

  async #waited(
    flight: Flight<Landed>,
    view: GateView,
    next: Next,
    isFollower: boolean,
    isStale: boolean,
  ): Promise<GateAnswer> {
    const landed = await flight.wait(view.deadline, view.request.signal);
    if (landed === 'late') return failure(Code.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED', 504);
    if (landed === 'gone') return failure(Code.CANCELLED, 'CLIENT_CLOSED', 499);
    const { answer, shared, isStored } = landed;
    const how = `fwd=${isStale ? 'stale' : 'uri-miss'}`;
    if (shared !== undefined) {
      const what = isFollower ? '; collapsed' : isStored ? '; stored' : '';
      return replyOf(shared, [['cache-status', `propylon; ${how}${what}`]], answer);
    }
    if (!isFollower || (answer.kind === 'failure' && !this.#isOfCaller(answer)))
      return withStatus(answer, how);
    return withStatus(await next({ omit: this.#keys.omitOf(view) }), how);
  }

  /** Whether a failure says something of the one who asked, and nothing of the others. */
  #isOfCaller({ status }: GateFailure): boolean {
    return (
      this.#policy.scope === 'shared' &&
      (status.code === Code.UNAUTHENTICATED || status.code === Code.PERMISSION_DENIED)
    );
  }
}

/** What stands for a backend that is not well (RFC 5861 §4). */
const backendFailures: ReadonlySet<number> = new Set([500, 502, 503, 504]);

function hitReply(answer: StoredAnswer, ageMs: number, detail?: string): GateReply {
  // RFC 9211 §2.5: negative where it is stale.
  const ttl = Math.floor((answer.lifetime.freshMs - ageMs) / 1_000);
  const why = detail === undefined ? '' : `; detail=${detail}`;
  return replyOf(answer, [
    ['age', String(Math.floor(ageMs / 1_000))],
    ['cache-status', `propylon; hit; ttl=${ttl}${why}`],
  ]);
}

function replyOf(
  { contentType, headers, body }: StoredAnswer,
  own: HeaderFields,
  of?: GateAnswer,
): GateReply {
  const reply: GateReply = {
    kind: 'reply',
    httpStatus: 200,
    headers: [...headers, ...own],
    contentType,
    body,
  };
  return of?.kind === 'reply' ? { ...reply, binary: of.binary } : reply;
}

function withStatus(answer: GateAnswer, how: string): GateAnswer {
  return { ...answer, headers: [...answer.headers, ['cache-status', `propylon; ${how}`]] };
}

function failure(code: number, reason: Reason, httpStatus: number): GateFailure {
  const status = { code, message: reasons[reason], details: [errorInfo(reason)] };
  return { kind: 'failure', status, httpStatus, headers: [], reason };
}

/** What a client says of stored answers, where that counts. */
interface Wishes {
  readonly noStore: boolean;
  readonly onlyIfCached: boolean;
  readonly ageMaxMs: number;
}

const noWishes: Wishes = { noStore: false, onlyIfCached: false, ageMaxMs: Number.POSITIVE_INFINITY };

/** RFC 9111 §5.2.1: no-cache is a maximum age of none. */
function wishesOf({ request }: GateView): Wishes {
  const directives = readDirectives(fieldValues(request.headers, 'cache-control'));
  return {
    noStore: directives.has('no-store'),
    onlyIfCached: directives.has('only-if-cached'),
    ageMaxMs: directives.has('no-cache')
      ? 0
      : (millisecondsOf(directives, 'max-age') ?? Number.POSITIVE_INFINITY),
  };
}

const notStored = refusal(Code.UNAVAILABLE, 'NOT_STORED', reasons.NOT_STORED, { httpStatus: 504 });
