import { describe, expect, it } from 'vitest';
import { Cancellation, type CancelSignal } from './cancel-signal.js';

describe.each<[string, () => { signal: CancelSignal; abort(): void }]>([
  [
    'Cancellation',
    () => {
      const signal = new Cancellation();
      return { signal, abort: () => signal.abort() };
    },
  ],
  [
    'AbortSignal, which it stands for',
    () => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: () => controller.abort() };
    },
  ],
])('%s', (_, create) => {
  it('tells each listener once, in order, whatever form it has', () => {
    const { signal, abort } = create();
    const heard: string[] = [];
    signal.addEventListener('abort', () => heard.push(`function, aborted ${signal.aborted}`));
    signal.addEventListener('abort', { handleEvent: () => heard.push('object') });
    expect(signal.aborted).toBe(false);
    abort();
    abort();
    expect(heard).toEqual(['function, aborted true', 'object']);
  });

  it('tells nothing to a listener that was removed', () => {
    const { signal, abort } = create();
    const heard: string[] = [];
    const removed = (): void => void heard.push('removed');
    signal.addEventListener('abort', removed);
    signal.addEventListener('abort', () => heard.push('kept'));
    signal.removeEventListener('abort', removed);
    signal.removeEventListener('abort', removed);
    abort();
    expect(heard).toEqual(['kept']);
  });

  it('tells nothing to a listener that an earlier one has removed', () => {
    const { signal, abort } = create();
    const heard: string[] = [];
    const second = (): void => void heard.push('second');
    signal.addEventListener('abort', () => {
      heard.push('first');
      signal.removeEventListener('abort', second);
    });
    signal.addEventListener('abort', second);
    signal.addEventListener('abort', () => heard.push('third'));
    abort();
    expect(heard).toEqual(['first', 'third']);
  });
});
