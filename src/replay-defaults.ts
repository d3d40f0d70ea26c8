/** Bounds of a recording and of a replay; sizes are bytes, times milliseconds. They are no limits of a gateway. */
export const replayDefaults = {
  /** Of one body, as much as is kept. */
  bodyBytesMax: 64 * 1024,
  /** A recording grows no larger: traffic passes on, unrecorded. */
  recordingBytesMax: 1024 * 1024 * 1024,
  /** Lines that wait for the disk; what comes beyond is passed on, unrecorded. */
  waitingBytesMax: 16 * 1024 * 1024,
  /** Header fields of a request: more than gateways take, so that it is the gateway that refuses them. */
  headBytesMax: 64 * 1024,
  /** Requests under way when the recorder is to end may finish within this time. */
  drainMs: 10_000,
  /** Requests of a replay at once, and in a second. */
  concurrency: 4,
  rate: 50,
  /** An answer to a replayed request must be whole within this time, and no larger than this. */
  answerTimeoutMs: 30_000,
  answerBytesMax: 16 * 1024 * 1024,
  /** Connections that fail one after the other before a replay gives up. */
  failuresMax: 20,
  /** Places of differences that are told apart; more are counted together. */
  placesMax: 1_000,
} as const;

/** The header fields of answers that are compared, unless others are named. */
export const comparedHeaders: readonly string[] = [
  'content-type',
  'location',
  'etag',
  'retry-after',
  'allow',
  'cache-control',
  'content-disposition',
  'content-language',
  'link',
  'deprecation',
  'sunset',
  'www-authenticate',
];
