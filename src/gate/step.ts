import type { CancelSignal } from '../cancel-signal.js';
import type { HeaderFields } from '../headers.js';
import type { RequestMessage } from './request-message.js';
import type { GateAnswer, Refusal, Verdict } from './verdict.js';
import type { GateRequest, GateView } from './view.js';

/** How a call is made for a step around it. */
export interface NextOptions {
  /**
   * The call is not the client's alone: it neither ends with the client nor by a deadline that the client
   * has asked for, only by the one of its method. For answers that others wait for.
   */
  readonly detached?: boolean;
  /** Ends a detached call that nobody waits for any more. */
  readonly signal?: CancelSignal;
  /** Another method of the same backend is called instead: one that `GateContext.readMethod` knows, whose answers have the same type. */
  readonly instead?: { readonly path: string; readonly binary: Uint8Array };
  /** Metadata that the backend does not get with this call: what the answer must not depend on. Lower case. */
  readonly omit?: ReadonlySet<string>;
}

/** The rest of the line behind a step: the steps further in, the call and its reply. Never rejects. May be called again. */
export type Next = (options?: NextOptions) => Promise<GateAnswer>;

/**
 * One thing that the gate does for a method, made at load with everything decided that can be. A
 * step takes part in one or more phases, and what is not a promise is not awaited.
 *
 * A throw is a defect, answered with INTERNAL: what is expected to be refused is a verdict.
 */
export interface GateStep {
  /** As `order.ts` and the log call it: "authentication". */
  readonly name: string;
  /** Header fields for the answer to a preflight of CORS that asks for an HTTP method of the binding. */
  readonly preflight?: (request: GateRequest, httpMethod: string) => HeaderFields;
  /** Before a byte of the body is read, streams included. */
  readonly admit?: (view: GateView) => Refusal | undefined | Promise<Refusal | undefined>;
  /** With the request message; of a client stream its first, and later ones too where `everyMessage` says so. */
  readonly inspect?: (view: GateView, message: RequestMessage) => Verdict | Promise<Verdict>;
  /** Whether `inspect` sees the later messages of a client stream as well. Default false. */
  readonly everyMessage?: boolean;
  /** Whether `inspect` judges a stream that has no message, too: by one in which nothing is set. Default false. */
  readonly evenOfNone?: boolean;
  /** Around the call of a unary method; steps that come first in the order are outermost. */
  readonly around?: (view: GateView, message: RequestMessage, next: Next) => Promise<GateAnswer>;
}

/** What the gate does for the requests of one binding, phase by phase; empty arrays cost nothing. */
export interface Gate {
  readonly admit: readonly GateStep[];
  readonly inspect: readonly GateStep[];
  readonly around: readonly GateStep[];
  /** Names of all steps, in their order. */
  readonly steps: readonly string[];
  /** Those of `inspect` for every message of a client stream. */
  readonly everyMessage: readonly GateStep[];
  /** Those of `inspect` for a client stream that has no message. */
  readonly ofNone: readonly GateStep[];
  /** Undefined where pages of other origins may not ask. */
  readonly preflight?: GateStep['preflight'];
}

/** The gate of methods without any policy. */
export const openGate: Gate = Object.freeze({
  steps: [],
  admit: [],
  inspect: [],
  around: [],
  everyMessage: [],
  ofNone: [],
});
