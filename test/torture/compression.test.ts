import { expect, it } from 'vitest';
import { data, grpcHead, headers, message, trailers } from '../support/frames.js';
import { eachCall, greet } from '../support/raw-backend.js';
import { callOf, torture } from '../support/torture.js';

/** gRPC over HTTP/2, "Message-Encoding": a client must heed what the server says that it reads. */

const victimOf = torture();

/** The first byte of each request message: whether it is compressed. */
const compressed = 1;

it.each<[string, string | undefined, readonly number[]]>([
  ['goes on where the server reads gzip', 'identity, gzip', [1, 1, 1]],
  ['goes on where the server does not say what it reads', undefined, [1, 1, 1]],
  ['stops where the server reads other codings', 'identity,deflate', [1, 0, 0]],
])('compression of requests %s', async (_, accepted, flags) => {
  const answerHead =
    accepted === undefined ? grpcHead : [...grpcHead, ['grpc-accept-encoding', accepted] as const];
  const victim = await victimOf(
    async (peer) => {
      greet(peer);
      await eachCall(peer, (stream) => {
        peer.send(
          Buffer.concat([headers(stream, answerHead), data(stream, message('fine')), trailers(stream)]),
        );
      });
    },
    { requestCompression: 'gzip' },
  );
  const text = Buffer.alloc(4_000, 'a');
  for (const _call of flags) {
    const outcome = await victim.transport.unary(callOf(), text);
    expect(outcome.message?.toString()).toBe('fine');
  }
  const messages = (victim.backend.peers[0]?.received ?? []).filter(
    ({ type, payload }) => type === 0 && payload.length > 0,
  );
  expect(messages.map(({ payload }) => payload[0])).toEqual(flags);
  for (const { payload } of messages) {
    expect(payload.length < text.length).toBe(payload[0] === compressed);
  }
});
