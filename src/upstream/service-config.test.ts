import { describe, expect, it } from 'vitest';
import { Code } from '../status/index.js';
import { parseServiceConfig, type ServiceConfig } from './service-config.js';

function read(config: object): ServiceConfig {
  const parsed = parseServiceConfig(JSON.stringify(config));
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

const retryPolicy = {
  maxAttempts: 4,
  initialBackoff: '0.1s',
  maxBackoff: '1.5s',
  backoffMultiplier: 3,
  retryableStatusCodes: ['UNAVAILABLE', 'aborted', 8],
};
const methodConfig = (...configs: readonly object[]) => ({ methodConfig: configs });
const named = (config: object) => methodConfig({ name: [{}], ...config });

describe('a gRPC service config', () => {
  it('says how a method is called', () => {
    const config = read(
      named({
        timeout: '2.5s',
        waitForReady: true,
        maxRequestMessageBytes: 10,
        maxResponseMessageBytes: '20',
        retryPolicy: { ...retryPolicy, perAttemptRecvTimeout: '0.25s' },
      }),
    );
    expect(config.method('/a.S/M')).toEqual({
      timeoutMs: 2_500,
      waitForReady: true,
      requestBytesMax: 10,
      responseBytesMax: 20,
      retry: {
        attemptsMax: 4,
        codes: new Set([Code.UNAVAILABLE, Code.ABORTED, Code.RESOURCE_EXHAUSTED]),
        backoffMs: 100,
        backoffMsMax: 1_500,
        backoffMultiplier: 3,
        perTryTimeoutMs: 250,
      },
      hedge: undefined,
    });
  });

  it('hedges', () => {
    const hedge = (policy: object) => read(named({ hedgingPolicy: policy })).method('/a.S/M')?.hedge;
    expect(hedge({ maxAttempts: 2 })).toEqual({ attemptsMax: 2, delayMs: 0, codes: new Set() });
    expect(hedge({ maxAttempts: 9, hedgingDelay: '0.5s', nonFatalStatusCodes: ['INTERNAL'] })).toEqual({
      attemptsMax: 5,
      delayMs: 500,
      codes: new Set([Code.INTERNAL]),
    });
  });

  it.each([
    ['/a.S/M', 1_000],
    ['/a.S/Other', 2_000],
    ['/a.T/M', 3_000],
  ])('the most specific name of %s counts', (path, timeoutMs) => {
    const config = read(
      methodConfig(
        { name: [{}], timeout: '3s' },
        { name: [{ service: 'a.S' }], timeout: '2s' },
        { name: [{ service: 'a.S', method: 'M' }], timeout: '1s' },
      ),
    );
    expect(config.method(path)?.timeoutMs).toBe(timeoutMs);
  });

  it.each<[object, ServiceConfig['balancer']]>([
    [{}, undefined],
    [{ loadBalancingPolicy: 'ROUND_ROBIN' }, 'round_robin'],
    [{ loadBalancingConfig: [{ round_robin: {} }] }, 'round_robin'],
    [{ loadBalancingConfig: [{ new_one: {} }, { pick_first: {} }] }, 'pick_first'],
    [{ loadBalancingConfig: [{ least_request_experimental: { choiceCount: 2 } }] }, 'least_request'],
    [{ loadBalancingConfig: [{ new_one: {} }], loadBalancingPolicy: 'round_robin' }, undefined],
  ])('%j balances by %s', (config, expected) => {
    expect(read(config).balancer).toBe(expected);
  });

  it('names the service whose health counts, and throttles', () => {
    const config = read({
      healthCheckConfig: { serviceName: 'a.S' },
      retryThrottling: { maxTokens: 10, tokenRatio: 0.1239 },
    });
    expect([config.health, config.throttle]).toEqual(['a.S', { tokensMax: 10, tokenRatio: 0.123 }]);
  });

  it('what is not known is ignored', () => {
    expect(read({ future: 1, methodConfig: [{ name: [{}], future: {} }] }).method('/a.S/M')).toBeDefined();
    expect(read({}).method('/a.S/M')).toBeUndefined();
  });

  it.each<[string | object, RegExp]>([
    ['{', /not JSON/],
    ['[]', /it/],
    [named({ timeout: '1m' }), /methodConfig\.0\.timeout/],
    [named({ timeout: 1 }), /timeout/],
    [named({ retryPolicy: { ...retryPolicy, maxAttempts: 1 } }), /maxAttempts/],
    [named({ retryPolicy: { ...retryPolicy, maxBackoff: '0s' } }), /maxBackoff/],
    [named({ retryPolicy: { ...retryPolicy, backoffMultiplier: 0 } }), /backoffMultiplier/],
    [named({ retryPolicy: { ...retryPolicy, retryableStatusCodes: [] } }), /retryableStatusCodes/],
    [named({ retryPolicy: { ...retryPolicy, retryableStatusCodes: ['OOPS'] } }), /status code/],
    [named({ retryPolicy: { ...retryPolicy, retryableStatusCodes: ['toString'] } }), /status code/],
    [named({ retryPolicy, hedgingPolicy: { maxAttempts: 2 } }), /both/],
    [methodConfig({ name: [{ method: 'M' }] }), /no service/],
    [methodConfig({ name: [{}] }, { name: [{ service: '' }] }), /twice/],
    [{ retryThrottling: { maxTokens: 1_001, tokenRatio: 1 } }, /maxTokens/],
  ])('%j is refused', (config, problem) => {
    const text = typeof config === 'string' ? config : JSON.stringify(config);
    expect(parseServiceConfig(text)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
