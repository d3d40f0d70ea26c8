import type { DecodedMessage } from '../descriptor/index.js';

/** The bound request message: its bytes, and what they say for those few steps that need to know. */
export class RequestMessage {
  readonly #decode: (binary: Uint8Array) => DecodedMessage;
  #binary: Uint8Array;
  #decoded: DecodedMessage | undefined;

  /** Whether path and query are in it: of a client stream they are in the first message only. */
  readonly isFirst: boolean;

  constructor(binary: Uint8Array, decode: (binary: Uint8Array) => DecodedMessage, isFirst = true) {
    this.#binary = binary;
    this.#decode = decode;
    this.isFirst = isFirst;
  }

  get binary(): Uint8Array {
    return this.#binary;
  }

  /** Other bytes go to the steps behind this one and to the backend. */
  set binary(binary: Uint8Array) {
    this.#binary = binary;
    this.#decoded = undefined;
  }

  /** The message, decoded once. Throws what the decoder throws: bytes of a body that passes as it came may be anything. */
  get decoded(): DecodedMessage {
    this.#decoded ??= this.#decode(this.#binary);
    return this.#decoded;
  }
}
