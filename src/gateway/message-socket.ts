/** One frame of a socket that carries messages. */
export interface Frame {
  readonly bytes: Uint8Array;
  /** Protobuf; otherwise JSON. */
  readonly binary: boolean;
}

/** A connection that carries whole messages in both directions (RFC 6455). The server adapts a WebSocket to it. */
export interface MessageSocket {
  /** What messages to the client are written in: that of the subprotocol. */
  readonly media: 'json' | 'protobuf';
  /** The next frame, or undefined once the client has half-closed (an empty text frame) or gone. One call at a time. */
  next(): Promise<Frame | undefined>;
  /** Resolves once the operating system has taken the frame, or the client has gone: then the next may be made. */
  send(frame: Frame): Promise<void>;
  /** Says goodbye with a close code and at most 123 bytes of reason. Idempotent. */
  close(code: number, reason: string): void;
}

/** A route that is ready for a socket. */
export interface SocketSession {
  /** Runs the call to its end over a socket, and closes that; never rejects. */
  run(socket: MessageSocket): Promise<void>;
  /** Instead of `run`, where the handshake came to no socket: the request has ended. */
  abandon(): void;
}
