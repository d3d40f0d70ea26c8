import type { CancelSignal } from '../cancel-signal.js';
import type { Clock } from '../clock.js';
import {
  type DescMessage,
  type DescMethod,
  type DescriptorRegistry,
  locationOf,
} from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import { createInputRules } from '../gate/index.js';
import { pause } from '../pause.js';
import { Code, codeName, type Outcome, type Status } from '../status/index.js';
import type { Call, Transport } from '../upstream/index.js';
import { createAnswers } from './answers.js';
import { readCommands } from './commands.js';
import { endedWith, functionStream } from './function-stream.js';

export interface MockOptions {
  /** Another seed makes other answers. */
  readonly seed: string;
  readonly clock: Clock;
}

/** A backend of all services of a registry that makes its answers up. */
export interface Mock {
  readonly transport: Transport;
  /** Messages that cannot be made as their rules want them. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Messages of a response stream, and the time between two of them. */
const streamMessages = 3;
const streamPauseMs = 200;

const fine: Status = { code: Code.OK, message: '', details: [] };
const refused = (code: number, message: string): Status => ({ code, message, details: [] });

export function createMock(registry: DescriptorRegistry, { seed, clock }: MockOptions): Mock {
  const rules = createInputRules(registry);
  const answers = createAnswers(registry, rules, seed);
  const methods = new Map<string, DescMethod>(
    registry.services.flatMap((service) =>
      service.methods.map((method) => [`/${service.typeName}/${method.name}`, method] as const),
    ),
  );

  /** What the client asks for is done before anything is answered; a status where that is the answer. */
  async function obeyed(call: Call, signal: CancelSignal): Promise<Status | undefined> {
    const commands = readCommands(call.headers ?? call.metadata);
    if ('problem' in commands) return refused(Code.INVALID_ARGUMENT, commands.problem);
    const { code, delayMs } = commands;
    const restMs = call.deadline === undefined ? Number.POSITIVE_INFINITY : call.deadline - clock.now();
    if (delayMs > 0) await pause(clock, Math.min(delayMs, restMs), signal);
    if (delayMs >= restMs) return refused(Code.DEADLINE_EXCEEDED, 'The time was over before x-mock-delay.');
    return code === Code.OK ? undefined : refused(code, `x-mock-status asked for ${codeName(code)}.`);
  }

  function answered(method: DescMethod, request: Uint8Array, part: string): Uint8Array | Status {
    try {
      const answer = answers.answer(method, request, part);
      return 'problem' in answer ? refused(Code.INVALID_ARGUMENT, answer.problem) : answer;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return refused(Code.INTERNAL, `The mock has no answer: ${reason}`);
    }
  }

  async function* respond(
    call: Call,
    method: DescMethod | undefined,
    requests: AsyncIterable<Uint8Array>,
    signal: CancelSignal,
  ): AsyncGenerator<Uint8Array, Status> {
    const instead = method === undefined ? unknown : await obeyed(call, signal);
    if (instead !== undefined || method === undefined) return instead ?? unknown;
    const isMany = method.methodKind === 'server_streaming';
    let count = 0;
    let first: Uint8Array | undefined;
    for await (const request of requests) {
      first ??= request;
      if (method.methodKind !== 'bidi_streaming') continue;
      const answer = answered(method, request, String(count++));
      if (!(answer instanceof Uint8Array)) return answer;
      yield answer;
    }
    for (let at = 0; method.methodKind !== 'bidi_streaming' && at < (isMany ? streamMessages : 1); at++) {
      if (at > 0) await pause(clock, streamPauseMs, signal);
      const answer = answered(method, first ?? new Uint8Array(), at === 0 ? '' : String(at));
      if (!(answer instanceof Uint8Array)) return answer;
      yield answer;
    }
    return fine;
  }

  const transport: Transport = {
    async unary(call, message): Promise<Outcome> {
      const method = methods.get(call.path);
      if (method === undefined) return endedWith(unknown);
      const instead = await obeyed(call, call.signal);
      if (instead !== undefined) return endedWith(instead);
      const answer = answered(method, message, '');
      return answer instanceof Uint8Array ? { ...endedWith(fine), message: answer } : endedWith(answer);
    },
    stream: (call) =>
      functionStream(call, (requests, signal) => respond(call, methods.get(call.path), requests, signal)),
    close: async () => undefined,
  };
  const outputs = new Set([...methods.values()].map(({ output }) => output));
  const diagnostics = [...outputs]
    .filter(rules.hasRules)
    .flatMap((type) => unsatisfied(type, answers.brokenRules(type)));
  return { transport, diagnostics };
}

const unknown = refused(Code.UNIMPLEMENTED, 'The mock knows no such method.');

function unsatisfied(type: DescMessage, broken: readonly string[]): Diagnostic[] {
  const [first, ...others] = broken;
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return [
    {
      severity: 'warning',
      code: 'MOCK_RULES_BROKEN',
      text: `No ${type.typeName} was found that keeps its rules; answers break them (${first}${more}).`,
      locations: [locationOf(type)],
      hint: 'Can all rules be true at once? An "Example:" line in the comment of a field is a value to begin with.',
    },
  ];
}
