/** How streams are written, whatever their format. */
export interface StreamRules {
  /**
   * `grpc-gateway` writes lines and the elements of arrays as that gateway does: `{"result":M}`, and
   * an error as `{"error":Status}`.
   */
  readonly envelope: 'none' | 'grpc-gateway';
  /**
   * Whether a body that has told of an error ends well all the same, for clients that lose what a
   * broken connection had brought. The trailer Grpc-Status then says how the stream ended. Formats
   * whose clients connect again by themselves end well in any case.
   */
  readonly cleanEnd: boolean;
  /** What server-sent events tell clients to wait before they connect again; undefined leaves it to them. */
  readonly sseRetryMs: number | undefined;
}

/** Bare messages, cut after an error. */
export const defaultStreamRules: StreamRules = Object.freeze({
  envelope: 'none',
  cleanEnd: false,
  sseRetryMs: undefined,
});
