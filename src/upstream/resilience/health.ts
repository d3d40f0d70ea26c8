import { Cancellation } from '../../cancel-signal.js';
import type { Clock, Random } from '../../clock.js';
import { Code } from '../../status/index.js';
import type { Member } from '../member.js';
import type { CreateMemberWatch } from '../pool.js';

export interface HealthOptions {
  /** What is asked for; "" is the server as a whole. */
  readonly service: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Pauses after a watch that failed: the connection backoff of grpc. */
const backoff = { firstMs: 1_000, factor: 1.6, maxMs: 120_000, jitter: 0.2 };

/** The answer has one small field. */
const answerBytesMax = 1_024;

/**
 * Asks every connected endpoint how it is, by `grpc.health.v1.Health/Watch`, for as long as it is connected
 * (gRFC A17). One that answers UNIMPLEMENTED knows no health checks and is taken for healthy; one whose watch
 * fails in another way is asked again, and stands behind the others meanwhile.
 */
export function healthWatch({ service, clock, random }: HealthOptions): CreateMemberWatch {
  const request = healthCheckRequest(service);
  return (_, reconsider) => {
    /** What ends the watch of a member. */
    const watched = new Map<Member, () => void>();

    function know(member: Member, serving: boolean | undefined): void {
      if (member.serving === serving) return;
      member.serving = serving;
      reconsider();
    }

    function begin(member: Member): void {
      const signal = new Cancellation();
      let cancelPause = (): void => {};
      let failures = 0;

      async function watch(): Promise<void> {
        const path = '/grpc.health.v1.Health/Watch';
        const call = {
          path,
          metadata: [],
          deadline: undefined,
          signal,
          responseMessageBytesMax: answerBytesMax,
        };
        const stream = member.transport.stream(call);
        void stream.send(request);
        stream.end();
        for (let answer = await stream.next(); answer !== undefined; answer = await stream.next()) {
          failures = 0;
          if (!signal.aborted) know(member, isServing(answer));
        }
        const { status } = await stream.outcome;
        if (signal.aborted) return;
        if (status.code === Code.UNIMPLEMENTED) {
          know(member, true);
          return;
        }
        know(member, undefined);
        const pauseMs = Math.min(backoff.firstMs * backoff.factor ** failures, backoff.maxMs);
        failures += 1;
        const spread = 1 + backoff.jitter * (2 * random() - 1);
        cancelPause = clock.after(pauseMs * spread, () => void watch());
      }

      watched.set(member, () => {
        watched.delete(member);
        cancelPause();
        signal.abort();
      });
      void watch();
    }

    return {
      connectivityChanged(member) {
        const isConnected = member.transport.connectivity() === 'ready';
        if (isConnected && !watched.has(member)) begin(member);
        if (!isConnected) {
          watched.get(member)?.();
          know(member, undefined);
        }
      },
      ended() {},
      removed(member) {
        watched.get(member)?.();
      },
      close() {
        for (const stop of [...watched.values()]) stop();
      },
    };
  };
}

/** grpc.health.v1.HealthCheckRequest: string service = 1, of at most 127 bytes. */
function healthCheckRequest(service: string): Uint8Array {
  const name = Buffer.from(service);
  return name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
}

/** grpc.health.v1.HealthCheckResponse: ServingStatus status = 1, of which 1 is SERVING. */
function isServing(response: Uint8Array): boolean {
  return response[0] === 0x08 && response[1] === 1;
}
