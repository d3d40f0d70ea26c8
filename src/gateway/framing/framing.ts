/** An error in the middle of a stream, in the forms that clients read. */
export interface StreamError {
  /** google.rpc.Status as JSON; for Google's clients what stands in `error` of the AIP-193 envelope. */
  readonly json: () => Uint8Array;
  /** Whether the client tells an error among the messages of an array; Google's decode it as one more message. */
  readonly isToldInArrays: boolean;
  /** google.rpc.Status as protobuf. */
  readonly binary: () => Uint8Array;
  /** Where the client may come back at once, to another of us: how long it should wait. */
  readonly comeBackMs: number | undefined;
}

/**
 * How the messages of one response stream become bytes. Made per stream, since a frame may depend
 * on the ones before it.
 */
export interface Framing {
  readonly contentType: string;
  /** Whether a message may have an id. */
  readonly takesIds: boolean;
  /** Whether headers may go out before anything is known, when the backend is silent. */
  readonly flushesEarly: boolean;
  /** Whether clients of this format connect again by themselves, however a stream has ended. */
  readonly reconnects: boolean;
  /** A frame that means nothing, to keep the connection open. */
  readonly heartbeat: Uint8Array | undefined;
  /** What stands before the first message. */
  open(): Uint8Array;
  /** One message: UTF-8 JSON on one line, or any bytes where the framing is raw or delimited. */
  item(message: Uint8Array, id: string | undefined): Uint8Array;
  /** What stands after the last message of a stream that ended well. */
  close(): Uint8Array;
  /** What tells of an error after the first byte; nothing where the format has no words for it. */
  fail(error: StreamError): Uint8Array;
}
