import { codeName } from '../../status/index.js';
import type { Route, Surface } from '../../surface/index.js';
import type { CallRecord, CallRecorder } from './call-recorder.js';
import type { ExplainedCall, ExplainedOutcome } from './explanation.js';
import type { Shower } from './shown.js';
import { shownMessage } from './shown-message.js';

/** The call of the method itself; undefined where the request has not come to it. */
export function callOf(
  surface: Surface,
  route: Route,
  { calls }: CallRecorder,
  show: Shower,
): ExplainedCall | undefined {
  const call = calls.find(({ path }) => path === route.grpcPath);
  if (call === undefined) return undefined;
  const { path, timeoutMs, metadata, messages, messageCount } = call;
  return {
    path,
    timeoutMs: timeoutMs === undefined ? undefined : Math.round(timeoutMs),
    metadata: show.metadata(metadata),
    messages: messages.map((message) => shownMessage(surface, route.binding.method.input, message)),
    messageCount,
  };
}

/** How that call ended, the last of them where it was repeated. */
export function outcomeOf(
  surface: Surface,
  route: Route,
  { calls }: CallRecorder,
  show: Shower,
): ExplainedOutcome | undefined {
  const call: CallRecord | undefined = calls.findLast(({ path }) => path === route.grpcPath);
  if (call?.outcome === undefined) return undefined;
  const { status, metadata, trailers } = call.outcome;
  return {
    code: codeName(status.code),
    message: status.message,
    metadata: show.metadata(metadata),
    trailers: show.metadata(trailers),
    messages: call.responses.map((message) => shownMessage(surface, route.binding.method.output, message)),
  };
}
