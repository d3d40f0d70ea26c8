import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type EchoGateway,
  echoHandlers,
  jsonOf,
  messageOf,
  startEchoGateway,
} from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';

/** Protobuf lets a message say things twice and in pieces: what the gate reads is what the backend reads. */

let at: EchoGateway;
const seen: unknown[] = [];
beforeAll(async () => {
  at = await startEchoGateway(
    gateSettings({
      '*': { authentication: { mode: 'none' } },
      't.T.Unary': {
        transform: {
          requestFields: [
            { name: 'child.text', drop: true },
            { name: 'child.size', set: '7' },
          ],
        },
        rateLimits: [{ by: 'field', field: 'name', requests: 1, per: '1d' }],
      },
      't.T.ServerStream': { authorization: { rule: 'request.name == "ok" && request.child.name == "ok"' } },
    }),
    {
      Unary(call, callback) {
        seen.push(jsonOf(call.request));
        callback(null, call.request);
      },
      ServerStream(call) {
        seen.push(jsonOf(call.request));
        echoHandlers.ServerStream?.(call);
      },
    },
  );
});
afterAll(() => at?.close());
beforeEach(() => {
  seen.length = 0;
});

async function post(path: string, ...pieces: readonly Uint8Array[]): Promise<number> {
  const response = await fetch(`${at.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', accept: 'application/json' },
    body: Buffer.concat(pieces),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Field 1 with a length that takes more bytes than it needs, and the same with such a tag. */
const overlong = (letter: number) => Uint8Array.of(0x0a, 0x81, 0x00, letter);
const overlongTag = (letter: number) => Uint8Array.of(0x8a, 0x80, 0x00, 0x01, letter);

it('what is dropped and set is so in every piece', async () => {
  expect(
    await post(
      '/v1/echo',
      messageOf({ name: 'pieces', child: { text: 'evil', size: 1 } }),
      messageOf({ child: { numbers: [1] } }),
      messageOf({ child: { text: 'evil', size: 2 } }),
    ),
  ).toBe(200);
  expect(seen).toEqual([{ name: 'pieces', child: { size: '7', numbers: [1] } }]);
});

it.each<[string, readonly Uint8Array[]]>([
  ['once more', [messageOf({ name: 'a' })]],
  ['behind another value', [messageOf({ name: 'b' }), messageOf({ name: 'a' })]],
  ['at an overlong length', [overlong(0x61)]],
  ['behind an overlong tag', [overlongTag(0x61)]],
  ['before a field that nobody knows', [messageOf({ name: 'a' }), Uint8Array.of(0xf8, 0x07, 1)]],
])('a limit by a field counts what is said %s', async (_, pieces) => {
  await post('/v1/echo', messageOf({ name: 'a' }));
  seen.length = 0;
  expect([await post('/v1/echo', ...pieces), seen]).toEqual([429, []]);
});

describe('a rule', () => {
  const good = messageOf({ name: 'ok', child: { name: 'ok' } });
  it.each<[string, readonly Uint8Array[]]>([
    ['a later value', [good, messageOf({ name: 'bad' })]],
    ['a later piece of a message', [good, messageOf({ child: { name: 'bad' } })]],
    ['a later value of nothing', [good, Uint8Array.of(0x0a, 0)]],
    ['an overlong one', [good, overlong(0x62)]],
    [
      'a group of the same number',
      [messageOf({ name: 'ok' }), Uint8Array.of(0x3b, 0x0a, 2, 0x6f, 0x6b, 0x3c)],
    ],
  ])('is not deceived by %s', async (_, pieces) => {
    expect(await post('/v1/stream', ...pieces)).not.toBe(200);
    expect(seen).toEqual([]);
  });

  it('sees what the backend sees', async () => {
    expect(await post('/v1/stream', messageOf({ name: 'bad' }), good)).toBe(200);
    expect(seen).toEqual([{ name: 'ok', child: { name: 'ok' } }]);
  });
});
