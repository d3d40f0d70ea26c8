import { describe, expect, it } from 'vitest';
import { Code } from '../status/index.js';
import { RequestMessage } from './request-message.js';
import { admit, callThrough, inspect } from './run.js';
import type { GateStep, Next, NextOptions } from './step.js';
import { type GateReply, refusal } from './verdict.js';
import { GateView } from './view.js';

const no = refusal(Code.PERMISSION_DENIED, 'INTERNAL', 'no');
const reply: GateReply = {
  kind: 'reply',
  httpStatus: 200,
  headers: [],
  contentType: 'text/plain',
  body: new Uint8Array(),
};

function view(): GateView {
  const signal = new AbortController().signal;
  const request = {
    httpMethod: 'GET',
    target: '/',
    headers: [],
    peerAddress: '192.0.2.1',
    scheme: 'http',
    signal,
  } as const;
  return new GateView(request, {
    requestId: 'id',
    captures: [],
    query: '',
    clientAddress: ({ peerAddress }) => peerAddress,
  });
}

const message = () =>
  new RequestMessage(new Uint8Array(), () => {
    throw new Error('not asked for');
  });

describe('the phases of a gate', () => {
  it('steps are asked in order, until one refuses, which the log will know', async () => {
    const asked: string[] = [];
    const step = (name: string, verdict: ReturnType<NonNullable<GateStep['admit']>>): GateStep => ({
      name,
      admit() {
        asked.push(name);
        return verdict;
      },
    });
    const seen = view();
    const steps = [
      step('one', undefined),
      step('two', Promise.resolve(undefined)),
      step('three', Promise.resolve(no)),
      step('four', undefined),
    ];
    expect(await admit(steps, seen)).toBe(no);
    expect(asked).toEqual(['one', 'two', 'three']);
    expect(seen.refused).toEqual({ step: 'three', reason: 'INTERNAL' });
  });

  it('what is not a promise does not leave the stack', () => {
    expect(admit([{ name: 'a', admit: () => undefined }], view())).toBeUndefined();
    expect(admit([{ name: 'a', admit: () => no }], view())).toBe(no);
    expect(inspect([{ name: 'a', inspect: () => reply }], view(), message())).toBe(reply);
  });

  it('what stands first is outermost around the call, and every step sees what an outer one wants of it', async () => {
    const seen: string[] = [];
    let options: NextOptions | undefined;
    const around =
      (name: string, own?: NextOptions): NonNullable<GateStep['around']> =>
      async (_view, _message, next) => {
        seen.push(`${name} in`);
        const answer = await next(own);
        seen.push(`${name} out`);
        return answer;
      };
    const call: Next = async (given) => {
      options = given;
      return reply;
    };
    const steps = [
      { name: 'outer', around: around('outer', { detached: true }) },
      { name: 'inner', around: around('inner') },
    ];
    expect(await callThrough(steps, view(), message(), call)).toBe(reply);
    expect(seen).toEqual(['outer in', 'inner in', 'inner out', 'outer out']);
    expect(options).toEqual({ detached: true });
  });

  it('a view counts the request out once, whatever is said twice', () => {
    const ends: number[] = [];
    const seen = view();
    seen.onEnd(({ httpStatus }) => void ends.push(httpStatus));
    seen.end({ httpStatus: 200, code: 0 });
    seen.end({ httpStatus: 500, code: 13 });
    expect(ends).toEqual([200]);
  });

  it('other bytes are decoded again', () => {
    const decoded: Uint8Array[] = [];
    const request = new RequestMessage(Uint8Array.of(1), (binary) => {
      decoded.push(binary);
      return { $typeName: 'x' };
    });
    expect(request.decoded).toBe(request.decoded);
    request.binary = Uint8Array.of(2);
    expect(request.decoded).toEqual({ $typeName: 'x' });
    expect(decoded).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
  });
});
