import type { CancelSignal } from '../cancel-signal.js';
import type { Clock, Random } from '../clock.js';
import { Code, type Outcome } from '../status/index.js';
import type { Balancer } from './balancer/balancer.js';
import { endedStream, lateStream } from './late-stream.js';
import { type LocalStatus, localOutcome, localStatus, unprocessedStatus } from './local-outcome.js';
import { type Member, rankOf, rankUnreachable } from './member.js';
import type { EndpointReport } from './report.js';
import type { Endpoint, Resolver } from './resolver/resolver.js';
import type { Call, Connectivity, EndpointTransport, StreamCall, Transport } from './transport.js';

/** Looks after the members of a pool: health checking, outlier detection. */
export interface MemberWatch {
  /** A member was added, or its connection changed. */
  connectivityChanged(member: Member): void;
  /** A call to a member has ended. */
  ended(member: Member, outcome: Outcome): void;
  /** A member is no longer resolved. */
  removed(member: Member): void;
  close(): void;
}

/** Makes a watch; it calls `reconsider` after it has changed how a member stands. */
export type CreateMemberWatch = (members: () => readonly Member[], reconsider: () => void) => MemberWatch;

export interface PoolOptions {
  readonly resolver: Resolver;
  readonly balancer: Balancer<Member>;
  readonly connect: (endpoint: Endpoint) => EndpointTransport;
  readonly watches: readonly CreateMemberWatch[];
  /** What is known of the health of a new member: true where nobody checks it. */
  readonly servingAtFirst: true | undefined;
  /** How long calls wait for the first answer of the resolver. */
  readonly resolveTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** A transport to one endpoint or many that says whether calls would get there. */
export interface Connected extends Transport {
  /** That of the endpoints that calls go to now. */
  connectivity(): Connectivity;
}

/** A transport to many endpoints. */
export interface Pool extends Connected {
  report(): readonly EndpointReport[];
}

const unavailable = unprocessedStatus(Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE');
const shuttingDown = unprocessedStatus(Code.UNAVAILABLE, 'SHUTTING_DOWN');

/**
 * The endpoints of one target, as one transport: each call goes to one of those that stand best.
 *
 * Nothing is resolved or connected before the first call. Endpoints come and go with the answers of
 * the resolver; one that goes finishes its calls.
 */
export function createPool(options: PoolOptions): Pool {
  const { resolver, balancer, connect, clock, random, servingAtFirst } = options;
  const members = new Map<string, Member>();
  /** Everybody who must be closed: members, and those that left with calls in flight. */
  const open = new Set<Member>();
  let best: readonly Member[] = [];
  let anyIdle = false;
  let state: 'new' | 'resolving' | 'resolved' | 'closed' = 'new';
  const waiting = new Set<() => void>();
  const watches = options.watches.map((create) => create(() => [...members.values()], reconsider));

  function reconsider(): void {
    const ranked = [...members.values()].map((member) => ({ member, rank: rankOf(member) }));
    const rank = Math.min(...ranked.map((entry) => entry.rank ?? Number.POSITIVE_INFINITY));
    anyIdle = ranked.some(({ member }) => member.transport.connectivity() === 'idle');
    const next = ranked.filter((entry) => entry.rank === rank).map((entry) => entry.member);
    if (next.length === best.length && next.every((member, index) => member === best[index])) return;
    best = next;
    balancer.update(best);
  }

  function add(endpoint: Endpoint): void {
    const transport = connect(endpoint);
    const member: Member = {
      key: endpoint.target.text,
      transport,
      inFlight: 0,
      serving: servingAtFirst,
      ejected: false,
      leaving: false,
    };
    members.set(member.key, member);
    open.add(member);
    transport.watch(() => connectivityChanged(member));
    for (const watch of watches) watch.connectivityChanged(member);
  }

  function connectivityChanged(member: Member): void {
    if (member.leaving || state === 'closed') return;
    const connectivity = member.transport.connectivity();
    // Lost or refused: its address may have moved.
    if (connectivity === 'failed' || connectivity === 'idle') resolver.refresh();
    for (const watch of watches) watch.connectivityChanged(member);
    reconsider();
  }

  function remove(member: Member): void {
    members.delete(member.key);
    member.leaving = true;
    for (const watch of watches) watch.removed(member);
    if (member.inFlight === 0) shut(member);
  }

  function shut(member: Member): Promise<void> {
    open.delete(member);
    return member.transport.close();
  }

  function resolved(endpoints: readonly Endpoint[]): void {
    const keys = new Set(endpoints.map((endpoint) => endpoint.target.text));
    for (const member of members.values()) if (!keys.has(member.key)) remove(member);
    for (const endpoint of endpoints) if (!members.has(endpoint.target.text)) add(endpoint);
    reconsider();
    settled();
  }

  /** The resolver has answered, one way or the other. */
  function settled(): void {
    if (state === 'resolving') state = 'resolved';
    for (const wake of waiting) wake();
  }

  /** Undefined while there is nobody to send a call to. */
  function pick(call: Call): Member | undefined {
    if (state === 'new') {
      state = 'resolving';
      resolver.start({ resolved, failed: settled });
    }
    // Those that lost or closed their connections stand behind the others: with calls they are needed again.
    if (anyIdle) connectIdle();
    const picked = balancer.pick(call.hash);
    if (picked === undefined) return undefined;
    const { tried } = call;
    const chosen = tried?.has(picked.key) ? (untried(tried) ?? picked) : picked;
    tried?.add(chosen.key);
    return chosen;
  }

  function connectIdle(): void {
    anyIdle = false;
    for (const { transport } of members.values()) transport.connect();
  }

  /** Another one that can be reached, or undefined: then one that was tried is the better chance. */
  function untried(tried: ReadonlySet<string>): Member | undefined {
    const candidates = [...members.values()].filter(
      (member) => !tried.has(member.key) && (rankOf(member) ?? rankUnreachable) < rankUnreachable,
    );
    return candidates[Math.floor(random() * candidates.length)];
  }

  /** A member once the resolver has answered; or why there is none. */
  async function pickLate(call: Call, given?: CancelSignal): Promise<Member | LocalStatus> {
    if (state === 'resolving') await resolution(call, given);
    if (state === 'closed') return shuttingDown;
    if (call.signal.aborted) return localStatus(Code.CANCELLED, 'CLIENT_CLOSED');
    if (call.deadline !== undefined && clock.now() >= call.deadline) {
      return localStatus(Code.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED');
    }
    return pick(call) ?? unavailable;
  }

  /** Waits for the first answer of the resolver, no longer than the call may take. */
  function resolution(call: Call, given: CancelSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const restMs = call.deadline === undefined ? Number.POSITIVE_INFINITY : call.deadline - clock.now();
      const cancel = clock.after(Math.min(restMs, options.resolveTimeoutMs), wake);
      function wake(): void {
        cancel();
        waiting.delete(wake);
        call.signal.removeEventListener('abort', wake);
        given?.removeEventListener('abort', wake);
        resolve();
      }
      waiting.add(wake);
      call.signal.addEventListener('abort', wake);
      given?.addEventListener('abort', wake);
    });
  }

  function begin(member: Member): void {
    member.inFlight += 1;
  }

  function end(member: Member, outcome: Outcome): void {
    member.inFlight -= 1;
    for (const watch of watches) watch.ended(member, outcome);
    if (member.leaving && member.inFlight === 0 && open.has(member)) void shut(member);
  }

  async function unaryOn(member: Member, call: Call, message: Uint8Array): Promise<Outcome> {
    begin(member);
    const outcome = await member.transport.unary(call, message);
    end(member, outcome);
    return outcome;
  }

  function streamOn(member: Member, call: Call): StreamCall {
    begin(member);
    const stream = member.transport.stream(call);
    void stream.outcome.then((outcome) => end(member, outcome));
    return stream;
  }

  return {
    unary(call, message) {
      const member = pick(call);
      if (member !== undefined) return unaryOn(member, call, message);
      return pickLate(call).then((found) =>
        'reason' in found ? localOutcome(found, undefined) : unaryOn(found, call, message),
      );
    },
    stream(call) {
      const member = pick(call);
      if (member !== undefined) return streamOn(member, call);
      return lateStream(async (given) => {
        const found = await pickLate(call, given);
        return 'reason' in found ? endedStream(found) : streamOn(found, call);
      });
    },
    connectivity: () => best[0]?.transport.connectivity() ?? (state === 'resolved' ? 'failed' : 'connecting'),
    report: () =>
      [...members.values(), ...[...open].filter(({ leaving }) => leaving)].map(
        ({ key, transport, inFlight, serving, ejected, leaving }) => ({
          ...transport.load(),
          endpoint: key,
          connectivity: transport.connectivity(),
          inFlight,
          serving: servingAtFirst === undefined ? serving : undefined,
          ejected,
          leaving,
        }),
      ),
    async close() {
      state = 'closed';
      resolver.close();
      for (const watch of watches) watch.close();
      for (const wake of waiting) wake();
      balancer.update([]);
      await Promise.all([...open].map(shut));
    },
  };
}
