import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { Code } from '../../src/status/index.js';
import {
  answer,
  data,
  frame,
  grpcHead,
  headers,
  message,
  settings,
  trailers,
  words,
} from '../support/frames.js';
import { eachCall, greet, type RawPeer } from '../support/raw-backend.js';
import { callOf, errorCodeOf, torture } from '../support/torture.js';

const initialWindow = 4;
const cancel = 8;
const flowControlError = 3;

/** Bytes of DATA that a stream has sent. */
function sentOn(peer: RawPeer, stream: number): number {
  return peer.received
    .filter((frame) => frame.type === 0 && frame.stream === stream)
    .reduce((sum, frame) => sum + frame.payload.length, 0);
}

/** Content of a stream, prefix and all. */
function contentOf(peer: RawPeer, stream: number): Buffer {
  return Buffer.concat(
    peer.received
      .filter((frame) => frame.type === 0 && frame.stream === stream)
      .map((frame) => frame.payload),
  );
}

describe('what a server lets us send (RFC 9113 §5.2, §6.9)', () => {
  const victimOf = torture();

  it('is not exceeded by a byte, and used byte by byte if need be', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer, [initialWindow, 0]);
      await peer.wait((frame) => frame.stream === 1 && frame.type === 1);
      for (let bytes = 1; bytes <= 12; bytes++) {
        peer.send(frame(8, 0, 1, words(1)));
        await peer.wait(() => sentOn(peer, 1) === bytes);
      }
      peer.send(answer(1));
    });
    const outcome = await victim.call();
    expect(outcome.status.code).toBe(Code.OK);
    const [peer] = victim.backend.peers;
    expect(peer && contentOf(peer, 1).toString('latin1')).toBe('\0\0\0\0\x07request');
    expect(peer?.received.filter((frame) => frame.type === 0).at(-1)?.flags).toBe(1);
  });

  it.each([
    ['the stream', 0, 1],
    ['the connection', 1, 0],
  ])('a large request waits for the window of %s', async (_, otherStream, stream) => {
    const length = 200_000;
    const victim = await victimOf(async (peer) => {
      greet(peer);
      // The other of the two windows is wide open.
      await peer.wait((frame) => frame.stream === 1 && frame.type === 1);
      peer.send(frame(8, 0, otherStream, words(10_000_000)));
      await peer.wait(() => sentOn(peer, 1) === 65_535);
      peer.send(frame(8, 0, stream, words(34_465)));
      await peer.wait(() => sentOn(peer, 1) === 100_000);
      peer.send(frame(8, 0, stream, words(200_000)));
      await eachCall(peer, (id) => peer.send(answer(id)));
    });
    const outcome = await victim.transport.unary(callOf(), Buffer.alloc(length, 'r'));
    expect(outcome.status.code).toBe(Code.OK);
    const [peer] = victim.backend.peers;
    expect(peer && sentOn(peer, 1)).toBe(length + 5);
    expect(peer?.received.every((frame) => frame.payload.length <= 16_384)).toBe(true);
  });

  it('a window may become negative, and has to be made good for first', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer, [initialWindow, 100]);
      await peer.wait(() => sentOn(peer, 1) === 100);
      peer.send(settings([initialWindow, 10]), frame(8, 0, 1, words(90)), frame(6, 0, 0, '12345678'));
      // The answer to PING leaves after anything that WINDOW_UPDATE could have let go.
      await peer.wait((frame) => frame.type === 6);
      expect(sentOn(peer, 1)).toBe(100);
      peer.send(frame(8, 0, 1, words(7)));
      await peer.wait(() => sentOn(peer, 1) > 100);
      expect(sentOn(peer, 1)).toBe(107);
      peer.send(answer(1));
    });
    const outcome = await victim.transport.unary(callOf(), Buffer.alloc(1_000));
    expect(outcome.status.code).toBe(Code.OK);
  });

  it('streams share the window of the connection by turns', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer, [initialWindow, 1_000_000]);
      await peer.wait((frame) => frame.stream === 5 && frame.type === 1);
      await peer.wait(() => sentOn(peer, 1) + sentOn(peer, 3) + sentOn(peer, 5) === 65_535);
      peer.send(frame(8, 0, 0, words(3 * 16_384)));
      await peer.wait(() => [1, 3, 5].every((stream) => sentOn(peer, stream) >= 16_384));
      peer.send(frame(8, 0, 0, words(10_000_000)));
      await eachCall(peer, (stream) => peer.send(answer(stream)));
    });
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => victim.transport.unary(callOf(), Buffer.alloc(300_000))),
    );
    expect(outcomes.map((outcome) => outcome.status.code)).toEqual([0, 0, 0]);
  });

  it('a server that takes frames of any size gets some of each stream all the same', async () => {
    let sentBefore = 0;
    const victim = await victimOf(async (peer: RawPeer) => {
      greet(peer, [initialWindow, 16_000_000], [5, 0xff_ffff]);
      peer.send(frame(8, 0, 0, words(32_000_000)));
      await peer.wait((frame) => frame.stream === 3 && (frame.flags & 1) === 1);
      sentBefore = sentOn(peer, 1);
      await eachCall(peer, (stream) => peer.send(answer(stream)));
    });
    const large = victim.transport.unary(callOf(), Buffer.alloc(8_000_000));
    const small = victim.call();
    expect((await Promise.all([large, small])).map((outcome) => outcome.status.code)).toEqual([0, 0]);
    expect(sentBefore).toBeLessThan(1_000_000);
  });

  it('a socket that is read late gets every byte as it was', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer, [initialWindow, 0x7fff_ffff]);
      peer.send(frame(8, 0, 0, words(0x7fff_0000 - 65_535)));
      await peer.wait((frame) => frame.stream === 1 && frame.type === 0);
      peer.socket.pause();
      // Answers to these are written while the content waits.
      for (let index = 0; index < 300; index++) {
        await new Promise((resolve) => setImmediate(resolve));
        peer.send(frame(6, 0, 0, '12345678'));
      }
      setTimeout(() => peer.socket.resume(), 300);
      await eachCall(peer, (stream) => peer.send(answer(stream)));
    });
    const stream = victim.transport.stream(callOf());
    const messages = Array.from({ length: 3_000 }, (_, index) =>
      Buffer.alloc(1_000 + (index % 5) * 1_500, index),
    );
    const sending = (async () => {
      for (const one of messages) await stream.send(one);
      stream.end();
    })();
    expect(Buffer.from((await stream.next()) ?? []).toString()).toBe('fine');
    await sending;
    const [peer] = victim.backend.peers;
    const content = peer && contentOf(peer, 1);
    const expected = Buffer.concat(messages.flatMap((one) => [Buffer.from([0]), words(one.length), one]));
    expect(content?.equals(expected)).toBe(true);
  });

  it('a window that never opens costs one call its deadline, and the others nothing', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer, [initialWindow, 0]);
      await peer.wait((frame) => frame.stream === 3 && frame.type === 1);
      peer.send(frame(8, 0, 3, words(1_000)));
      await peer.wait((frame) => frame.stream === 3 && (frame.flags & 1) === 1);
      peer.send(answer(3));
    });
    const starved = victim.call({ deadline: systemClock.now() + 300 });
    expect((await victim.call()).status.code).toBe(Code.OK);
    expect((await starved).localReason).toBe('DEADLINE_EXCEEDED');
    const [peer] = victim.backend.peers;
    const reset = await peer?.wait((frame) => frame.type === 3 && frame.stream === 1);
    expect(reset?.payload.readUInt32BE(0)).toBe(cancel);
    expect(victim.transport.counts).toMatchObject({ openStreams: 0, deadlines: 0 });
  });
});

describe('what we let a server send', () => {
  const victimOf = torture();

  it('a large answer to a unary call is let in piece by piece', async () => {
    const length = 900_000;
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await eachCall(peer, async (stream) => {
        peer.send(headers(stream, grpcHead));
        const whole = message('x'.repeat(length));
        let window = 256 * 1024;
        let seen = 0;
        for (let start = 0; start < whole.length; start += 16_384) {
          const piece = whole.subarray(start, start + 16_384);
          while (window < piece.length) {
            const count = seen;
            await peer.wait(() => updatesOf(peer, stream).length > count);
            for (const increment of updatesOf(peer, stream).slice(seen)) window += increment;
            seen = updatesOf(peer, stream).length;
          }
          window -= piece.length;
          peer.send(data(stream, piece));
        }
        peer.send(trailers(stream));
      });
    });
    const outcome = await victim.call();
    expect([outcome.status.code, outcome.message?.length]).toEqual([Code.OK, length]);
  });

  it('a reader that does not read holds its stream, and no other', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await eachCall(peer, (stream) => {
        if (stream > 1) return peer.send(answer(stream));
        peer.send(headers(1, grpcHead));
        for (let index = 0; index < 16; index++) peer.send(data(1, message('x'.repeat(16_379))));
      });
    });
    const stream = victim.transport.stream(callOf());
    await stream.send(new Uint8Array());
    stream.end();
    await stream.headers;
    // More calls than the window of the connection would have room for, if it were not given back.
    for (let round = 0; round < 50; round++) expect((await victim.call()).status.code).toBe(Code.OK);
    const [peer] = victim.backend.peers;
    if (peer === undefined) throw new Error('no connection');
    expect(updatesOf(peer, 1)).toEqual([]);
    for (let taken = 0; taken < 16; taken++) expect((await stream.next())?.length).toBe(16_379);
    await peer.wait(() => updatesOf(peer, 1).reduce((sum, increment) => sum + increment, 0) > 128 * 1024);
    stream.cancel();
  });

  function updatesOf(peer: RawPeer, stream: number): number[] {
    return peer.received
      .filter((frame) => frame.type === 8 && frame.stream === stream)
      .map((frame) => frame.payload.readUInt32BE(0));
  }

  it('a server that goes on sending on a stream that we have reset is heard out, but not for ever', async () => {
    const rounds = 16;
    let heard = 0;
    const victim = await victimOf(async (peer: RawPeer) => {
      greet(peer);
      await peer.wait((frame) => frame.stream === 1 && frame.type === 1);
      peer.send(headers(1, grpcHead));
      await peer.wait((frame) => frame.stream === 1 && frame.type === 3);
      const mebibyte = Buffer.concat(Array(64).fill(data(1, Buffer.alloc(16_384))));
      for (; heard < rounds; heard++) {
        peer.send(mebibyte, frame(6, 0, 0, '12345678'));
        await peer.wait(() => peer.received.filter((frame) => frame.type === 6).length > heard);
      }
    });
    const stream = victim.transport.stream(callOf());
    await stream.headers;
    stream.cancel();
    const [peer] = victim.backend.peers;
    expect(peer && (await errorCodeOf(peer, 'goaway'))).toBe(flowControlError);
    expect(heard).toBe(4);
  });
});
