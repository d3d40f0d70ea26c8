import type { Outcome } from '../../src/status/index.js';
import type {
  Call,
  Connectivity,
  Endpoint,
  EndpointTransport,
  StreamCall,
} from '../../src/upstream/index.js';

/** A call that waits to be answered by the test. */
export interface PendingCall {
  readonly endpoint: FakeEndpoint;
  readonly call: Call;
  readonly message: Uint8Array;
  answer(outcome?: Partial<Outcome>): void;
}

export const okOutcome: Outcome = {
  status: { code: 0, message: '', details: [] },
  metadata: [],
  trailers: [],
  message: new Uint8Array(),
};

/** How a call ends that ends with a code, before response headers unless told otherwise. */
export function failed(code: number, rest: Partial<Outcome> = {}): Outcome {
  const status = { code, message: 'failed', details: [] };
  return { status, metadata: [], trailers: [], unanswered: true, ...rest };
}

/** An endpoint under the test's control: its connectivity is set, its calls are answered by hand. */
export class FakeEndpoint implements EndpointTransport {
  readonly name: string;
  readonly authority: string | undefined;
  readonly pending: PendingCall[] = [];
  connects = 0;
  closed = false;
  #connectivity: Connectivity = 'idle';
  readonly #watchers = new Set<() => void>();
  readonly #onCall: (call: PendingCall) => void;

  constructor({ target, authority }: Endpoint, onCall: (call: PendingCall) => void) {
    this.name = target.text;
    this.authority = authority;
    this.#onCall = onCall;
  }

  is(connectivity: Connectivity): void {
    this.#connectivity = connectivity;
    for (const changed of this.#watchers) changed();
  }

  connectivity(): Connectivity {
    return this.#connectivity;
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  connect(): void {
    if (this.#connectivity !== 'idle') return;
    this.connects += 1;
    this.is('connecting');
  }

  load(): { readonly inFlight: number } {
    return { inFlight: this.pending.length };
  }

  unary(call: Call, message: Uint8Array): Promise<Outcome> {
    return new Promise((resolve) => {
      const pending: PendingCall = {
        endpoint: this,
        call,
        message,
        answer: (outcome) => {
          call.signal.removeEventListener('abort', left);
          this.pending.splice(this.pending.indexOf(pending), 1);
          resolve({ ...okOutcome, ...outcome });
        },
      };
      const left = (): void => pending.answer(failed(1, { localReason: 'CLIENT_CLOSED' }));
      call.signal.addEventListener('abort', left);
      this.pending.push(pending);
      this.#onCall(pending);
    });
  }

  stream(_call: Call): StreamCall {
    throw new Error('no stream is expected');
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
