/**
 * Every bound and default of the gateway, in one table.
 *
 * Sizes are bytes, times are milliseconds; the unit ends the name. A limit that a
 * request exceeds is answered with the status given beside it.
 */
export interface Limits {
  /** JSON body of a unary request, or one message of a streamed one. 413. */
  readonly requestBodyBytesMax: number;
  /** A body with a content coding may grow to this size without question. */
  readonly inflationFreeBytes: number;
  /** Beyond it, to this many times its size as sent: text seldom shrinks more than twentyfold. 413. */
  readonly inflationRatioMax: number;
  /** One message from a backend. 502. */
  readonly responseMessageBytesMax: number;
  /** Header fields of one answer from a backend, as HTTP/2 counts them. 502. */
  readonly responseHeadBytesMax: number;
  /** Connecting to a backend, TLS and the server's first words included; less than the default deadline. 503. */
  readonly connectTimeoutMs: number;
  /** The pause after a first failed attempt to connect; it grows by 1.6 with each (grpc, "Connection Backoff Protocol"). */
  readonly reconnectDelayMsMin: number;
  /** A restarted backend is found again within this time. gRPC's two minutes are for clients that are many. */
  readonly reconnectDelayMsMax: number;
  /** A connection to a backend without calls is closed after this time. */
  readonly connectionIdleMs: number;
  /** Request line and header fields together: Node's own default. 431. */
  readonly requestHeadBytesMax: number;
  /** Header fields of one request. 431. */
  readonly requestHeadersMax: number;
  /** A client of a TLS listener must have said its first word within this time, and be through the handshake as much later. */
  readonly tlsHandshakeTimeoutMs: number;
  /** A client must have sent its request head within this time. 408. */
  readonly requestHeadTimeoutMs: number;
  /** A client that sends a body must make progress at least this often. 408. */
  readonly requestBodyIdleTimeoutMs: number;
  /** A body that is one message must have arrived within this time, however slowly it moves. 408. */
  readonly requestBodyTimeoutMs: number;
  /** Nesting of JSON and of protobuf messages: the limit protobuf's own parsers use. 400. */
  readonly nestingDepthMax: number;
  /** What one evaluation of an authorization rule may cost, in fields that it reads: some milliseconds. 403. */
  readonly ruleCostMax: number;
  /** Turns that the loops of rules of buf.validate may take together where they are nested: a tenth of a second. 400. */
  readonly validationStepsMax: number;
  /** Violations that one answer lists: a long list of bad items is not answered with a longer one. */
  readonly violationsMax: number;
  /** Query parameters of one request. 400. */
  readonly queryParametersMax: number;
  /** Length of one query parameter's name, decoded. 400. */
  readonly queryNameBytesMax: number;
  /** Steps of a field path in a query parameter. 400. */
  readonly queryDepthMax: number;
  /** Fields of one request that documents name as parameters: of more, those that are less deep. */
  readonly namedQueryFieldsMax: number;
  /** Deadline of a unary call when neither client nor method names one. 504. */
  readonly unaryTimeoutMs: number;
  /** No unary call takes longer, whatever client and method say. 504. */
  readonly unaryTimeoutMaxMs: number;
  /** No stream takes longer, whatever client and method say, and however much moves on it. 504. */
  readonly streamDurationMaxMs: number;
  /** A stream on which nothing moves for this long is ended. 504. */
  readonly streamIdleTimeoutMs: number;
  /** Headers of a silent NDJSON or SSE stream are flushed after this time. */
  readonly streamHeadersFlushMs: number;
  /** Comment heartbeat of an SSE stream. */
  readonly sseHeartbeatMs: number;
  /** A WebSocket is pinged this often, and lost when it has not answered by the next time. */
  readonly webSocketPingMs: number;
  /** Answers, and requests to backends that take them so, are compressed from this size on: less gains nothing in a packet of 1,460 bytes. */
  readonly compressionBytesMin: number;
  /** Pieces in which a google.api.HttpBody upload is sent to a client-streaming method. */
  readonly httpBodyChunkBytes: number;
  /** Keys that all rate limits together count, of clients, addresses and the like; each limit has a share, and at least a thousand. */
  readonly rateLimitKeysMax: number;
  /** The answer to a larger request message is not stored, nor looked for. */
  readonly cacheRequestBytesMax: number;
  /** The pause before an operation that is under way is looked at again for a client that waits; it grows by half each time. */
  readonly operationPollMsMin: number;
  /** The longest pause, and what `Retry-After` tells clients that look themselves. */
  readonly operationPollMsMax: number;
  /** No client is waited for longer, whatever its `Prefer: wait` says. */
  readonly operationWaitMsMax: number;
  /** Documents of the API that are kept, together; the least recently used go first, and the last is kept whatever its size. */
  readonly documentBytesMax: number;
  /** Answers that are remembered in this process for requests with an Idempotency-Key, together; the least recently used go first. */
  readonly idempotencyBytesMax: number;
  /** A request that its gateway did not live to answer may be made again this long after the last call for it must have ended. */
  readonly idempotencyLeaseMs: number;
  /** A process that is to end takes connections for this long, while it already says that it is not ready: who balances them may not know yet. Default 0. */
  readonly drainDelayMs: number;
  /** At shutdown what is under way may finish within this time; clients that connect again by themselves are sent away at once. */
  readonly drainTimeoutMs: number;
  /** At shutdown a connection without a request is kept this long: its next request may be on its way, and is then answered as its last. */
  readonly drainQuietMs: number;
  /** A function of a cloud holds the end of an answer for this long at most, until its spans are with their collector. */
  readonly traceFlushTimeoutMs: number;
  /** A token that a client shows. 401. */
  readonly tokenBytesMax: number;
  /** Verified tokens that one provider remembers, so that they cost next to nothing the next time. */
  readonly rememberedTokensMax: number;
  /** Size of these tokens together: what is kept of them is a few times as large. */
  readonly rememberedTokenBytesMax: number;
  /** Files that may change are looked at this often, where nobody tells of it, and read again when they have changed. */
  readonly fileReloadMs: number;
  /** Servers whose reflection is a source of descriptors are asked this often whether they have changed. */
  readonly reflectionReloadMs: number;
  /** An issuer must have given us its keys within this time. */
  readonly issuerTimeoutMs: number;
  /** One answer of an issuer, not compressed. */
  readonly issuerAnswerBytesMax: number;
  /** The keys of an issuer are fetched again this often. */
  readonly issuerRefreshMs: number;
  /** Tokens with keys that nobody knows make us ask their issuer at most this often. */
  readonly issuerCooldownMs: number;
  /** An issuer that does not answer is asked again after this time; it doubles with each try, up to `issuerRefreshMs`. */
  readonly issuerRetryMs: number;
  /** The keys of an issuer that does not answer count this long. 503 after that. */
  readonly issuerKeysKeptMs: number;
  /** Answers of an issuer that are waited for at once, about tokens that are not remembered. 503. */
  readonly introspectionsMax: number;
  /** A DPoP proof may have been made this long ago. 401. */
  readonly dpopProofAgeMsMax: number;
  /** DPoP proofs remembered, of that time: more than one process can verify in it. 503. */
  readonly dpopProofsMax: number;
}

export const defaultLimits: Limits = Object.freeze({
  requestBodyBytesMax: 4 * 1024 * 1024,
  inflationFreeBytes: 4 * 1024 * 1024,
  inflationRatioMax: 100,
  responseMessageBytesMax: 4 * 1024 * 1024,
  responseHeadBytesMax: 64 * 1024,
  connectTimeoutMs: 10_000,
  reconnectDelayMsMin: 100,
  reconnectDelayMsMax: 2_000,
  connectionIdleMs: 300_000,
  requestHeadBytesMax: 16 * 1024,
  requestHeadersMax: 200,
  tlsHandshakeTimeoutMs: 10_000,
  requestHeadTimeoutMs: 10_000,
  requestBodyIdleTimeoutMs: 10_000,
  requestBodyTimeoutMs: 60_000,
  nestingDepthMax: 100,
  ruleCostMax: 50_000,
  validationStepsMax: 250_000,
  violationsMax: 100,
  queryParametersMax: 1_000,
  queryNameBytesMax: 8 * 1024,
  queryDepthMax: 32,
  namedQueryFieldsMax: 1_000,
  unaryTimeoutMs: 15_000,
  unaryTimeoutMaxMs: 3_600_000,
  streamDurationMaxMs: 24 * 3_600_000,
  streamIdleTimeoutMs: 60_000,
  streamHeadersFlushMs: 1_000,
  sseHeartbeatMs: 15_000,
  webSocketPingMs: 30_000,
  compressionBytesMin: 1_400,
  httpBodyChunkBytes: 64 * 1024,
  rateLimitKeysMax: 200_000,
  cacheRequestBytesMax: 64 * 1024,
  operationPollMsMin: 250,
  operationPollMsMax: 5_000,
  operationWaitMsMax: 60_000,
  documentBytesMax: 64 * 1024 * 1024,
  idempotencyBytesMax: 64 * 1024 * 1024,
  idempotencyLeaseMs: 5_000,
  drainDelayMs: 0,
  drainTimeoutMs: 10_000,
  drainQuietMs: 250,
  traceFlushTimeoutMs: 1_000,
  tokenBytesMax: 8 * 1024,
  rememberedTokensMax: 10_000,
  rememberedTokenBytesMax: 16 * 1024 * 1024,
  fileReloadMs: 5_000,
  reflectionReloadMs: 30_000,
  issuerTimeoutMs: 5_000,
  issuerAnswerBytesMax: 512 * 1024,
  issuerRefreshMs: 600_000,
  issuerCooldownMs: 10_000,
  issuerRetryMs: 1_000,
  issuerKeysKeptMs: 24 * 3_600_000,
  introspectionsMax: 100,
  dpopProofAgeMsMax: 60_000,
  dpopProofsMax: 500_000,
});
