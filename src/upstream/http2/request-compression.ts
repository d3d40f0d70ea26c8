import { gzipSync } from 'node:zlib';
import { defaultLimits } from '../../limits.js';

/**
 * Whether request messages to one endpoint are compressed: from `compressionBytesMin` (limits.ts) on, until
 * the server says what it reads and gzip is not in it (gRPC over HTTP/2, "Message-Encoding").
 */
export class RequestCompression {
  #isOn: boolean;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** The compressed message, or undefined for one that is better left alone. */
  compress(message: Uint8Array): Uint8Array | undefined {
    return message.length < defaultLimits.compressionBytesMin ? undefined : gzipSync(message);
  }

  /** The server's grpc-accept-encoding: "identity,gzip". */
  heard(acceptEncoding: string): void {
    if (!acceptEncoding.split(',').some((coding) => coding.trim() === 'gzip')) this.#isOn = false;
  }
}
