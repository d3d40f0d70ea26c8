/**
 * How the messages of one response stream become bytes. Made per stream, since a frame may depend
 * on the ones before it.
 */
export interface Framing {
  readonly contentType: string;
  /** Whether headers may go out before anything is known, when the backend is silent. */
  readonly flushesEarly: boolean;
  /** A frame that means nothing, to keep the connection open. */
  readonly heartbeat: Uint8Array | undefined;
  /** What stands before the first message. */
  open(): Uint8Array;
  /** One message: UTF-8 JSON on one line, or any bytes where the framing is raw. */
  item(message: Uint8Array): Uint8Array;
  /** What stands after the last message of a stream that ended well. */
  close(): Uint8Array;
  /** What tells of an error after the first byte; google.rpc.Status JSON. The connection is then cut. */
  fail(statusJson: Uint8Array): Uint8Array;
}
