import { describe, expect, it } from 'vitest';
import type { UpstreamOptions } from './options.js';
import { parseUpstream } from './upstream.js';

const split = (...branches: NonNullable<UpstreamOptions['split']>): UpstreamOptions => ({
  target: 'a:1',
  split: branches,
});

describe('parseUpstream', () => {
  it.each<[UpstreamOptions, string]>([
    [{ target: 'nowhere' }, 'no port'],
    [{ target: 'a:1', balancer: 'round_robin' }, 'nothing to choose'],
    [{ target: 'unix:/a', balancer: 'least_request' }, 'nothing to choose'],
    [{ target: 'dns:///a:1', balancer: 'ring_hash' }, 'hashOn'],
    [{ target: 'a:1', retry: {}, hedge: {} }, 'choose one'],
    [{ target: 'dns:///a:1', hashOn: { header: 'x' } }, 'ring_hash'],
    [{ target: 'dns:///a:1', balancer: 'ring_hash', hashOn: {} }, 'either a header or a field'],
    [{ target: 'dns:///a:1', balancer: 'ring_hash', hashOn: { header: 'x', field: 'y' } }, 'either'],
    [{ target: 'dns:///a:1', balancer: 'round_robin', hashOn: { header: 'x' } }, 'only ring_hash'],
    [{ target: 'a:1', serviceConfig: 'dns' }, 'dns:///name:port'],
    [{ target: 'xds:///a', balancer: 'round_robin' }, 'control plane says the balancer'],
    [{ target: 'xds:///a', tls: {} }, 'control plane says the tls'],
    [{ target: 'xds:///a', transport: 'http2' }, 'grpc-js alone'],
    [{ target: 'a:1', outlier: {} }, 'cannot be worse than others'],
    [{ target: 'a:1', fault: {} }, 'a delay, an abort, or both'],
    [{ target: 'a:1', fault: { abort: 'OK' } }, 'cannot be OK'],
    [{ target: 'a:1', mirror: { target: 'b' } }, 'no port'],
    [split({ target: 'b', percent: 1 }), 'no port'],
    [split({ target: 'b:1' }), 'either a percent or a when'],
    [split({ target: 'b:1', percent: 1, when: { header: 'x' } }), 'either a percent or a when'],
    [split({ target: 'b:1', percent: 60 }, { target: 'c:1', percent: 41 }), 'more than 100'],
    [{ ...split({ target: 'b:1', percent: 1 }), splitOn: {} }, 'either a header or a cookie'],
    [{ target: 'a:1', splitOn: { header: 'x' } }, 'no split'],
  ])('%j is refused: %s', (options, problem) => {
    expect(parseUpstream(options)).toEqual({ problem: expect.stringContaining(problem) });
  });

  it('a service config in DNS is that of names', () => {
    const options: UpstreamOptions = {
      target: 'dns:///a:1',
      serviceConfig: 'dns',
      split: [{ target: 'b:1', percent: 1 }],
    };
    const parsed = parseUpstream(options);
    if ('problem' in parsed) throw new Error(parsed.problem);
    expect(parsed.split[0]?.upstream.options.serviceConfig).toBeUndefined();
  });

  it('a service config that is none is refused, with its file', () => {
    expect(parseUpstream({ target: 'a:1', serviceConfig: 'c.json' }, '{')).toEqual({
      problem: 'its service config c.json is not one: it is not JSON',
    });
  });

  it('the branches of a split are called as the target is, as far as that makes sense', () => {
    const options: UpstreamOptions = {
      target: 'dns:///a:1',
      balancer: 'least_request',
      outlier: {},
      retry: {},
      split: [
        { target: 'b:1', percent: 1 },
        { target: 'dns:///c:1', percent: 1 },
      ],
    };
    expect(parseUpstream(options)).toMatchObject({
      split: [
        { upstream: { options: { target: 'b:1', retry: {} } } },
        {
          upstream: { options: { target: 'dns:///c:1', retry: {}, balancer: 'least_request', outlier: {} } },
        },
      ],
    });
  });
});
