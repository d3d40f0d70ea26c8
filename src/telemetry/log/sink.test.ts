import { describe, expect, it } from 'vitest';
import { handClock } from '../../../test/support/hand-clock.js';
import { createSink, type LineStream } from './sink.js';

/** A reader that can be slow, or gone. */
function reader() {
  const state = { writes: [] as string[], behind: 0, throws: false };
  const listeners = new Map<string, (error: Error) => void>();
  const stream: LineStream = {
    write(text) {
      if (state.throws) throw new Error('EIO');
      state.writes.push(text);
      return true;
    },
    get writableLength() {
      return state.behind;
    },
    on: (event, listener) => listeners.set(event, listener),
    once: (event, listener) => listeners.set(event, listener),
  };
  return { state, stream, emit: (event: string) => listeners.get(event)?.(new Error('EPIPE')) };
}

describe('the lines of the log', () => {
  it('go on together, after a short while', () => {
    const [clock, { state, stream }] = [handClock(), reader()];
    const sink = createSink(stream, clock, () => undefined);
    for (const line of ['a\n', 'b\n']) sink.write(line);
    expect(state.writes).toEqual([]);
    clock.moveTo(clock.now() + 20);
    expect(state.writes).toEqual(['a\nb\n']);
    expect(clock.timers).toBe(0);
  });

  it('go on in whole lines that a pipe takes in one piece', () => {
    const { state, stream } = reader();
    const sink = createSink(stream, handClock(), () => undefined);
    for (let i = 0; i < 100; i++) sink.write(`${'x'.repeat(400)}\n`);
    sink.flush();
    expect(state.writes.join('').length).toBe(40_100);
    for (const write of state.writes)
      expect([write.length <= 4_096, write.endsWith('\n')]).toEqual([true, true]);
  });

  it('are dropped, and counted, while the reader is too far behind; then that is told', () => {
    const { state, stream } = reader();
    const told: number[] = [];
    const sink = createSink(stream, handClock(), (lost) => told.push(lost));
    state.behind = 2 * 1024 * 1024;
    for (let i = 0; i < 1_000; i++) sink.write(`${'x'.repeat(99)}\n`);
    sink.flush();
    expect([state.writes, sink.dropped, told]).toEqual([[], 1_000, []]);
    state.behind = 0;
    sink.write('a\n');
    sink.flush();
    expect([state.writes, told]).toEqual([['a\n'], [1_000]]);
  });

  it('are dropped once the reader is gone', () => {
    const { state, stream, emit } = reader();
    const sink = createSink(stream, handClock(), () => undefined);
    sink.write('a\n');
    sink.flush();
    emit('error');
    sink.write('b\n');
    sink.flush();
    expect([state.writes, sink.dropped]).toEqual([['a\n'], 1]);
  });

  it('harm nobody where writing throws', () => {
    const { state, stream } = reader();
    const sink = createSink(stream, handClock(), () => undefined);
    state.throws = true;
    sink.write('a\n');
    sink.flush();
    expect(sink.dropped).toBe(1);
  });

  it.each(['drain', 'error'])(
    'are all with the reader before the end, unless it is gone (%s)',
    async (event) => {
      const [clock, { state, stream, emit }] = [handClock(), reader()];
      const sink = createSink(stream, clock, () => undefined);
      sink.write('a\n');
      state.behind = 2;
      const closed = sink.close();
      emit(event);
      await closed;
      expect([state.writes, clock.timers]).toEqual([['a\n'], 0]);
    },
  );

  it('are not waited for for ever', async () => {
    const [clock, { state, stream }] = [handClock(), reader()];
    const sink = createSink(stream, clock, () => undefined);
    sink.write('a\n');
    state.behind = 2;
    const closed = sink.close();
    clock.moveTo(clock.now() + 1_000);
    await closed;
  });
});
