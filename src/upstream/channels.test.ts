import { describe, expect, it } from 'vitest';
import type { Channel } from './channel.js';
import { createChannels } from './channels.js';
import type { UpstreamOptions } from './options.js';
import { parseUpstream, type Upstream } from './upstream.js';

function upstream(target: string, options: Omit<UpstreamOptions, 'target'> = {}): Upstream {
  const parsed = parseUpstream({ target, ...options });
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

function recorder() {
  const log: string[] = [];
  const unused = (): never => {
    throw new Error('not called here');
  };
  const channels = createChannels(({ target }): Channel => {
    log.push(`open ${target.text}`);
    return {
      method: unused,
      report: () => [{ role: 'main', target: target.text, endpoints: [] }],
      async close() {
        log.push(`close ${target.text}`);
      },
    };
  });
  return { channels, log };
}

describe('channels', () => {
  it('holders of equal upstreams share one channel, however they were written', () => {
    const { channels, log } = recorder();
    const one = channels.retain(upstream('a:1'));
    const two = channels.retain(upstream('A:01'));
    const other = channels.retain(upstream('b:1'));
    expect(two.channel).toBe(one.channel);
    expect(other.channel).not.toBe(one.channel);
    expect(log).toEqual(['open a:1', 'open b:1']);
  });

  it('one target called in two ways has two channels', () => {
    const { channels, log } = recorder();
    channels.retain(upstream('dns:///a:1'));
    channels.retain(upstream('dns:///a:1', { balancer: 'least_request' }));
    channels.retain(upstream('dns:///A:1', { balancer: 'least_request' }));
    expect(log).toEqual(['open dns:///a:1', 'open dns:///a:1']);
  });

  it('reports on every channel that is open', () => {
    const { channels } = recorder();
    channels.retain(upstream('a:1'));
    channels.retain(upstream('a:1'));
    channels.retain(upstream('b:1')).release();
    expect(channels.report()).toEqual([{ role: 'main', target: 'a:1', endpoints: [] }]);
  });

  it('a channel is closed when its last holder lets go, and not before', () => {
    const { channels, log } = recorder();
    const one = channels.retain(upstream('a:1'));
    const two = channels.retain(upstream('a:1'));
    one.release();
    one.release();
    expect(log).toEqual(['open a:1']);
    two.release();
    expect(log).toEqual(['open a:1', 'close a:1']);
  });

  it('a target retained again after its end gets a new channel', () => {
    const { channels, log } = recorder();
    const one = channels.retain(upstream('a:1'));
    one.release();
    const two = channels.retain(upstream('a:1'));
    one.release();
    expect(two.channel).not.toBe(one.channel);
    expect(log).toEqual(['open a:1', 'close a:1', 'open a:1']);
  });

  it('close closes all, held or not, each once', async () => {
    const { channels, log } = recorder();
    const one = channels.retain(upstream('a:1'));
    channels.retain(upstream('b:1'));
    await channels.close();
    one.release();
    await channels.close();
    expect(log).toEqual(['open a:1', 'open b:1', 'close a:1', 'close b:1']);
  });
});
