import { describe, expect, it } from 'vitest';
import { createChannels } from './channels.js';
import { parseTarget, type Target } from './target.js';
import type { Transport } from './transport.js';

function target(text: string): Target {
  const parsed = parseTarget(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

function recorder() {
  const log: string[] = [];
  const unused = (): never => {
    throw new Error('not called here');
  };
  const channels = createChannels((to): Transport => {
    log.push(`open ${to.text}`);
    return {
      unary: unused,
      stream: unused,
      async close() {
        log.push(`close ${to.text}`);
      },
    };
  });
  return { channels, log };
}

describe('channels', () => {
  it('holders of equal targets share one transport, however the target was written', () => {
    const { channels, log } = recorder();
    const one = channels.retain(target('a:1'));
    const two = channels.retain(target('A:01'));
    const other = channels.retain(target('b:1'));
    expect(two.transport).toBe(one.transport);
    expect(other.transport).not.toBe(one.transport);
    expect(log).toEqual(['open a:1', 'open b:1']);
  });

  it('a transport is closed when its last holder lets go, and not before', () => {
    const { channels, log } = recorder();
    const one = channels.retain(target('a:1'));
    const two = channels.retain(target('a:1'));
    one.release();
    one.release();
    expect(log).toEqual(['open a:1']);
    two.release();
    expect(log).toEqual(['open a:1', 'close a:1']);
  });

  it('a target retained again after its end gets a new transport', () => {
    const { channels, log } = recorder();
    const one = channels.retain(target('a:1'));
    one.release();
    const two = channels.retain(target('a:1'));
    one.release();
    expect(two.transport).not.toBe(one.transport);
    expect(log).toEqual(['open a:1', 'close a:1', 'open a:1']);
  });

  it('close closes all, held or not, each once', async () => {
    const { channels, log } = recorder();
    const one = channels.retain(target('a:1'));
    channels.retain(target('b:1'));
    await channels.close();
    one.release();
    await channels.close();
    expect(log).toEqual(['open a:1', 'open b:1', 'close a:1', 'close b:1']);
  });
});
