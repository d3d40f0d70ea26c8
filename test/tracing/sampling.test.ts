import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import type { TracerOptions } from '../../src/index.js';
import type { BytesHandlers } from '../support/bytes-backend.js';
import { startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { sendRaw } from '../support/raw-http.js';
import { seenMetadata } from '../support/seen-metadata.js';
import { only, recordSpans } from '../support/span-recorder.js';

/** Which requests are kept, and what backends are told of that. */

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const parent = (flags: '00' | '01'): string => `traceparent: 00-${traceId}-${spanId}-${flags}\r\n`;

interface Asking {
  readonly path?: string;
  readonly lines?: string;
  readonly handlers?: BytesHandlers;
  readonly trustedProxies?: readonly string[];
}

/** Sends one request; the spans that were kept, and whether the backend was told that they would be. */
async function send(tracing: TracerOptions, { path, lines, handlers, trustedProxies }: Asking = {}) {
  const backend = seenMetadata();
  const { tracer, spans } = await recordSpans(tracing);
  const gate = trustedProxies && gateSettings({}, { trustedProxies: [...trustedProxies] });
  const echo = await startEchoGateway({ tracer, ...gate }, { ...backend.handlers, ...handlers });
  await sendRaw(
    echo.port,
    `GET ${path ?? '/v1/echo'} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${lines ?? ''}\r\n`,
  );
  await echo.close();
  const told = backend.last()['traceparent']?.[0]?.split('-');
  return { spans, sampled: told?.[3] === '01', trace: told?.[1] };
}

describe('a sampler', () => {
  const table: [TracerOptions['sampler'], number, string, boolean][] = [
    ['always_on', 0, '', true],
    ['always_on', 0, parent('00'), true],
    ['always_off', 1, '', false],
    ['always_off', 1, parent('01'), false],
    ['traceidratio', 1, parent('00'), true],
    ['traceidratio', 0, parent('01'), false],
    ['parentbased_always_on', 0, '', true],
    ['parentbased_always_on', 0, parent('00'), false],
    ['parentbased_always_off', 1, '', false],
    ['parentbased_always_off', 1, parent('01'), true],
    ['parentbased_traceidratio', 1, '', true],
    ['parentbased_traceidratio', 0, '', false],
    ['parentbased_traceidratio', 1, parent('00'), false],
    ['parentbased_traceidratio', 0, parent('01'), true],
  ];
  it.each(table)('%s of %d, for "%s": %s', async (sampler, ratio, lines, expected) => {
    const { spans, sampled } = await send({ sampler, ratio }, { lines });
    expect([spans.length > 0, sampled]).toEqual([expected, expected]);
  });
});

describe('a request that was not sampled', () => {
  const off: TracerOptions = { sampler: 'always_off' };
  const failing: BytesHandlers = { Unary: (_call, done) => done({ code: status.INTERNAL, details: 'oh' }) };
  const refusing: BytesHandlers = { Unary: (_call, done) => done({ code: status.NOT_FOUND, details: 'no' }) };

  it('is kept when it fails with 5xx, its attempts too, and says why', async () => {
    const { spans } = await send(off, { handlers: failing });
    expect(only(spans, 'server').attributes).toMatchObject({
      'http.response.status_code': 500,
      'propylon.kept': 'error',
    });
    expect(only(spans, 'client').parentSpanContext?.spanId).toBe(only(spans, 'server').spanContext().spanId);
  });

  it('is kept when it breaks off midway', async () => {
    const { spans } = await send(off, {
      path: '/v1/stream',
      handlers: {
        ServerStream(call) {
          call.write(call.request);
          call.emit('error', { code: status.UNAVAILABLE, details: 'gone' });
        },
      },
    });
    expect(only(spans, 'server').attributes).toMatchObject({
      'http.response.status_code': 200,
      'propylon.kept': 'error',
    });
  });

  it.each<[string, TracerOptions, Asking]>([
    ['a client got something wrong', off, { path: '/v1/echo?nothing=1' }],
    ['the backend says no', off, { handlers: refusing }],
    ['errors are not to be kept', { ...off, keepErrors: false }, { handlers: failing }],
    ['it is quick', { ...off, keepSlowerThan: '1m' }, {}],
  ])('is not kept when %s', async (_title, tracing, asking) => {
    expect((await send(tracing, asking)).spans).toEqual([]);
  });

  it('is kept when it takes longer than is said, though the backend was told otherwise', async () => {
    const { spans, sampled } = await send({ ...off, keepSlowerThan: '1ms' });
    // The connection to the backend is made first: no call is quicker than that.
    expect(only(spans, 'server').attributes['propylon.kept']).toBe('slow');
    expect(sampled).toBe(false);
  });

  it('is not kept for a stream that is long, but began in time', async () => {
    let finish = (): void => undefined;
    const { tracer, spans } = await recordSpans({ ...off, keepSlowerThan: '300ms' });
    const echo = await startEchoGateway(
      { tracer },
      {
        ServerStream(call) {
          call.write(call.request);
          finish = () => call.end();
        },
      },
    );
    const answer = await fetch(`${echo.url}/v1/stream?text=a`);
    const opened = performance.now();
    const body = answer.body?.getReader();
    await body?.read();
    // Longer than what is slow, as the gateway sees it.
    while (performance.now() - opened < 320) await new Promise((resolve) => void setTimeout(resolve, 10));
    finish();
    await body?.read();
    await echo.close();
    expect(spans).toEqual([]);
  });
});

describe('a parent', () => {
  it.each<[string, TracerOptions['parentsFrom'], readonly string[] | undefined, boolean]>([
    ['of a client counts', 'clients', undefined, true],
    ['of a client does not count', 'nobody', undefined, false],
    ['of a client that is no trusted proxy does not count', 'trustedProxies', ['10.0.0.1'], false],
    ['of a trusted proxy counts', 'trustedProxies', ['loopback'], true],
    ['of a trusted proxy does not count either', 'nobody', ['loopback'], false],
  ])('%s where parentsFrom is %s, with proxies %j', async (_title, parentsFrom, proxies, isBelieved) => {
    const { spans, trace } = await send(
      { sampler: 'parentbased_always_on', ...(parentsFrom && { parentsFrom }) },
      { lines: parent('01'), ...(proxies && { trustedProxies: proxies }) },
    );
    const server = only(spans, 'server');
    const links = server.links.map(({ context }) => [context.traceId, context.spanId]);
    expect([server.parentSpanContext?.spanId, links]).toEqual(
      isBelieved ? [spanId, []] : [undefined, [[traceId, spanId]]],
    );
    expect(trace === traceId).toBe(isBelieved);
  });

  it('that is not believed does not say what is sampled', async () => {
    const tracing: TracerOptions = { sampler: 'parentbased_always_off', parentsFrom: 'nobody' };
    expect(await send(tracing, { lines: parent('01') })).toMatchObject({ spans: [], sampled: false });
  });
});

it('a ratio keeps about that share of the traces, the same ones for everybody', async () => {
  const count = 2_000;
  const { tracer, spans } = await recordSpans({ sampler: 'traceidratio', ratio: 0.25 });
  const again = await recordSpans({ sampler: 'traceidratio', ratio: 0.25 });
  const request = { httpMethod: 'GET', target: '/', peerAddress: '', scheme: 'http' } as const;
  const ids = Array.from({ length: count }, () => tracer.start({ ...request, headers: [] }, () => false).ids);
  const share = ids.filter(({ sampled }) => sampled).length / count;
  // Six standard deviations.
  expect(Math.abs(share - 0.25)).toBeLessThan(0.06);
  for (const { traceId: trace, sampled } of ids) {
    const headers = [['traceparent', `00-${trace}-${spanId}-00`]] as const;
    expect(again.tracer.start({ ...request, headers }, () => false).ids.sampled).toBe(sampled);
  }
  expect(spans).toEqual([]);
});
