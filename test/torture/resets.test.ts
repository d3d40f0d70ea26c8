import { describe, expect, it } from 'vitest';
import { Code, type Reason } from '../../src/status/index.js';
import { answer, data, frame, grpcHead, headers, message, trailers, words } from '../support/frames.js';
import { eachCall, greet } from '../support/raw-backend.js';
import { callOf, torture } from '../support/torture.js';

/** RST_STREAM at every point of a call (gRPC over HTTP/2, "Errors"); the connection and its other calls stay. */

const points: readonly (readonly [name: string, before: readonly Buffer[]])[] = [
  ['before headers', []],
  ['after an informational response', [headers(1, [[':status', '103']])]],
  ['after headers', [headers(1, grpcHead)]],
  ['within a prefix', [headers(1, grpcHead), data(1, message('fine').subarray(0, 3))]],
  ['within a message', [headers(1, grpcHead), data(1, message('fine').subarray(0, 7))]],
  ['after a message', [headers(1, grpcHead), data(1, message('fine'))]],
];

const codes: readonly (readonly [name: string, errorCode: number, code: number, reason: Reason])[] = [
  ['NO_ERROR', 0, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ['PROTOCOL_ERROR', 1, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ['INTERNAL_ERROR', 2, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ['FLOW_CONTROL_ERROR', 3, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ['SETTINGS_TIMEOUT', 4, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ['STREAM_CLOSED', 5, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ['FRAME_SIZE_ERROR', 6, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ['CANCEL', 8, Code.CANCELLED, 'UPSTREAM_PROTOCOL'],
  ['COMPRESSION_ERROR', 9, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ['CONNECT_ERROR', 10, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ['ENHANCE_YOUR_CALM', 11, Code.RESOURCE_EXHAUSTED, 'UPSTREAM_PROTOCOL'],
  ['INADEQUATE_SECURITY', 12, Code.PERMISSION_DENIED, 'UPSTREAM_PROTOCOL'],
  ['HTTP_1_1_REQUIRED', 13, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ['a code of the future', 0xffff_ffff, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
];

const reset = (stream: number, errorCode: number): Buffer => frame(3, 0, stream, words(errorCode));

describe('a server that resets a stream', () => {
  const victimOf = torture();

  describe.each(points)('%s', (_, before) => {
    it.each(codes)('with %s', async (__, errorCode, code, reason) => {
      const victim = await victimOf(async (peer) => {
        greet(peer);
        await peer.wait((frame) => frame.stream === 3 && frame.type === 0);
        peer.send(...before, reset(1, errorCode));
        await eachCall(peer, (stream) => stream > 1 && peer.send(answer(stream)));
      });
      const [broken, beside] = await Promise.all([victim.call(), victim.call()]);
      expect([broken.status.code, broken.localReason]).toEqual([code, reason]);
      expect(broken.status.message).toMatch(/^[A-Z][A-Za-z ]+\.$/);
      expect(broken.message).toBeUndefined();
      expect(broken.unprocessed).toBeUndefined();
      expect(beside.message?.toString()).toBe('fine');
      expect((await victim.call()).message?.toString()).toBe('fine');
      expect(victim.backend.peers.length).toBe(1);
    });
  });

  it('with REFUSED_STREAM: the call is sent again at once, on the same connection', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await eachCall(peer, (stream) => peer.send(stream === 1 ? reset(1, 7) : answer(stream)));
    });
    expect((await victim.call()).message?.toString()).toBe('fine');
    const [peer] = victim.backend.peers;
    expect(
      peer?.received.filter((frame) => frame.type === 0).map((frame) => frame.payload.toString('latin1')),
    ).toEqual(['\0\0\0\0\x07request', '\0\0\0\0\x07request']);
  });

  it('with REFUSED_STREAM every time: two attempts and no more', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await eachCall(peer, (stream) => peer.send(reset(stream, 7)));
    });
    const outcome = await victim.call();
    expect([outcome.status.code, outcome.localReason, outcome.unprocessed]).toEqual([
      Code.UNAVAILABLE,
      'UPSTREAM_UNAVAILABLE',
      true,
    ]);
    expect(victim.backend.peers[0]?.received.filter((frame) => frame.type === 1).length).toBe(2);
  });

  it('with REFUSED_STREAM after headers: it was processed after all', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await eachCall(peer, (stream) => peer.send(headers(stream, grpcHead), reset(stream, 7)));
    });
    const outcome = await victim.call();
    expect([outcome.status.code, outcome.unprocessed]).toEqual([Code.UNAVAILABLE, undefined]);
    expect(victim.backend.peers[0]?.received.filter((frame) => frame.type === 1).length).toBe(1);
  });

  it('after the answer: it is the answer that counts', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await eachCall(peer, (stream) => peer.send(answer(stream), reset(stream, 0)));
    });
    for (let round = 0; round < 3; round++) expect((await victim.call()).status.code).toBe(Code.OK);
  });

  it('before we have sent everything: an answer that came first is heard, and sending stops', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await peer.wait((frame) => frame.stream === 1 && frame.type === 1);
      peer.send(headers(1, grpcHead), data(1, message('enough')), trailers(1), reset(1, 0));
    });
    const outcome = await victim.transport.unary(callOf(), Buffer.alloc(1_000_000));
    expect([outcome.status.code, outcome.message?.toString()]).toEqual([Code.OK, 'enough']);
    expect(victim.transport.counts).toMatchObject({ connections: 1, openStreams: 0 });
  });

  it('every one of a thousand: each call ends, and nothing is left', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await eachCall(peer, (stream) => peer.send(reset(stream, 2)));
    });
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => victim.call()));
    expect(new Set(outcomes.map((outcome) => outcome.status.code))).toEqual(new Set([Code.INTERNAL]));
    expect(victim.transport.counts).toEqual({
      connections: 1,
      openStreams: 0,
      waitingCalls: 0,
      deadlines: 0,
    });
  });
});
