import type { Clock } from '../../clock.js';
import { replayDefaults } from '../../replay-defaults.js';
import type { Difference } from '../comparison/classes.js';
import { compareAnswers } from '../comparison/compare-answers.js';
import type { IsIgnored } from '../comparison/ignored.js';
import { type Condensed, condense, gather, type ReportedClass } from '../comparison/report.js';
import type { Exchange } from '../exchange.js';
import { createNoise } from './noise.js';
import type { NumberedExchange } from './read-recording.js';
import { type NotSent, type Replayable, type ReplayableOptions, replayable } from './replayable.js';
import { type Answered, createSender } from './send.js';
import { takeTurns } from './turns.js';

export interface ReplayOptions extends Omit<ReplayableOptions, 'needsAnswer'> {
  readonly against: URL;
  /** Gateways whose answers count instead of the recorded ones: one, or two of which differences are noise. */
  readonly baselines: readonly URL[];
  readonly comparedHeaders: readonly string[];
  readonly isIgnored: IsIgnored;
  readonly concurrency: number;
  /** Requests in a second. */
  readonly rate: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What came of a replay. */
export interface ReplayReport {
  readonly sent: number;
  readonly same: number;
  readonly different: number;
  /** Of those that were sent, compared without their bodies, since one of these is not whole. */
  readonly headsOnly: number;
  readonly notSent: Readonly<Record<NotSent['because'], number>>;
  /** Differences that were ignored, and that two answers of the baseline had as well. */
  readonly ignored: number;
  readonly noise: number;
  readonly classes: readonly ReportedClass[];
  /** Why it ended before its time. */
  readonly gaveUp?: string;
}

interface Compared {
  readonly line: number;
  readonly request: Replayable;
  readonly differences: readonly Condensed[];
}

/** Sends the requests of a recording again, and compares the answers. Rejects with RecordingError where it is broken. */
export async function replay(
  exchanges: AsyncIterable<NumberedExchange>,
  options: ReplayOptions,
): Promise<ReplayReport> {
  const { against, baselines, isIgnored, signal } = options;
  const senderTo = (to: URL) => createSender({ ...options, to });
  const target = senderTo(against);
  const [first, second] = baselines.map(senderTo);
  const counts = { sent: 0, same: 0, different: 0, headsOnly: 0, ignored: 0, noise: 0 };
  const notSent = { method: 0, body: 0, redacted: 0, unanswered: 0 };
  const noise = createNoise();
  const gathered = gather();
  // What is noise is known at the end.
  const waiting: Compared[] = [];
  const failing = new AbortController();
  let failures = 0;
  let gaveUp: string | undefined;

  async function work({ line, exchange }: NumberedExchange): Promise<void> {
    const request = replayable(exchange, { ...options, needsAnswer: first === undefined });
    if ('because' in request) {
      notSent[request.because]++;
      return;
    }
    const headOnly = !isWhole(exchange);
    const expected = first === undefined ? recorded(exchange) : first.send(request, headOnly);
    // With two baselines the other one is asked in between: what has changed with time by then, has changed for the second
    // one too. With one, at the same time.
    if (second !== undefined) await expected;
    const [answered, baseline] = await Promise.all([target.send(request, headOnly), expected]);
    const again = await second?.send(request, headOnly);
    counts.sent++;
    noteFailure(answered, baseline);
    const hasBodies = !headOnly && [answered, baseline].every(isKept);
    if (!hasBodies) counts.headsOnly++;
    const compare = (actual: Answered): Difference[] => differencesOf(baseline, actual, hasBodies, options);
    const one = { line, request, differences: condense(compare(answered)) };
    if (again === undefined) {
      judge(one);
      return;
    }
    noise.add(request.method, request.target, compare(again));
    waiting.push(one);
  }

  function judge({ line, request, differences }: Compared): void {
    const left = differences.filter(({ difference, times }) => {
      const isNoise = noise.has(request.method, request.target, difference);
      const isNot = !isNoise && isIgnored(difference);
      if (isNoise) counts.noise += times;
      if (isNot) counts.ignored += times;
      return !isNoise && !isNot;
    });
    counts[left.length > 0 ? 'different' : 'same']++;
    gathered.add({ line, request: `${request.method} ${request.target}` }, left);
  }

  function noteFailure(...all: readonly Answered[]): void {
    const failed = all.find((one) => 'failure' in one);
    failures = failed === undefined ? 0 : failures + 1;
    if (failed === undefined || !('failure' in failed) || failures < replayDefaults.failuresMax) return;
    gaveUp ??= failed.failure;
    failing.abort();
  }

  try {
    const either = AbortSignal.any([signal, failing.signal]);
    await takeTurns(exchanges, work, { ...options, signal: either });
  } finally {
    for (const sender of [target, first, second]) sender?.close();
  }
  for (const one of waiting) judge(one);
  return { ...counts, notSent, classes: gathered.classes(), ...(gaveUp === undefined ? {} : { gaveUp }) };
}

function recorded({ response, aborted }: Exchange): Answered {
  if (response === undefined) return { failure: 'no recorded answer' };
  return { answer: response, isBroken: aborted === 'upstream' };
}

/** Whether all of an answer was recorded, so that its end can be waited for. */
function isWhole({ response, aborted }: Exchange): boolean {
  return aborted !== 'client' && (response === undefined || isKept({ answer: response }));
}

function differencesOf(
  expected: Answered,
  actual: Answered,
  hasBodies: boolean,
  { comparedHeaders: headers }: ReplayOptions,
): Difference[] {
  if ('failure' in actual || 'failure' in expected) {
    const text = (one: Answered): string => ('failure' in one ? one.failure : String(one.answer.status));
    return 'failure' in actual && 'failure' in expected
      ? []
      : [{ class: 'unanswered', place: '', expected: text(expected), actual: text(actual) }];
  }
  const found = compareAnswers(expected.answer, actual.answer, { headers, hasBodies });
  const [was, is] = [expected, actual].map(({ isBroken }) =>
    isBroken === true ? 'breaks off' : 'ends well',
  );
  if (!hasBodies || was === is || was === undefined || is === undefined) return found;
  return [...found, { class: 'stream-end', place: '', expected: was, actual: is }];
}

/** Whether all of an answer's body is there. */
function isKept(answered: Answered): boolean {
  const body = 'failure' in answered ? undefined : answered.answer.body;
  return body?.truncated !== true && body?.omitted === undefined;
}
