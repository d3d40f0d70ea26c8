import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../../src/index.js';
import { startBytesBackend } from '../../support/bytes-backend.js';
import {
  type EchoGateway,
  echoHandlers,
  echoImage,
  messageOf,
  startEchoGateway,
} from '../../support/echo-gateway.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function start(options: Partial<GatewayOptions> = {}, handlers = {}): Promise<EchoGateway> {
  const echo = await startEchoGateway(options, handlers);
  cleanups.push(() => echo.close());
  return echo;
}

/** A backend whose Unary says its name, and whose stream goes on until it is told to end. */
async function named(name: string): Promise<{ readonly target: string; readonly finish: () => void }> {
  let finish = (): void => undefined;
  const backend = await startBytesBackend({
    ...echoHandlers,
    Unary: (_call, callback) => callback(null, Buffer.from(messageOf({ name }))),
    ServerStream(call) {
      call.write(Buffer.from(messageOf({ name })));
      finish = () => {
        call.write(Buffer.from(messageOf({ name, text: 'last' })));
        call.end();
      };
    },
  });
  cleanups.push(() => backend.close());
  return { target: `127.0.0.1:${backend.port}`, finish: () => finish() };
}

const optionsOf = (target: string, more: Partial<GatewayOptions> = {}): GatewayOptions => ({
  sources: [{ label: 'echo', load: async () => echoImage }],
  backends: [{ selector: '*', target }],
  ...more,
});

async function nameFrom(url: string): Promise<unknown> {
  const { name } = (await (await fetch(`${url}/v1/echo`)).json()) as { name: string };
  return name;
}

describe('a reload', () => {
  it('is served from the next request on, and counts the generation up', async () => {
    const [one, two] = [await named('one'), await named('two')];
    const { gateway, url } = await start(optionsOf(one.target));
    expect(await nameFrom(url)).toBe('one');
    expect(await gateway.reload(optionsOf(two.target))).toMatchObject({ kind: 'reloaded', generation: 2 });
    expect(await nameFrom(url)).toBe('two');
  });

  it('is none where nothing has changed', async () => {
    const one = await named('one');
    const { gateway } = await start(optionsOf(one.target));
    expect(await gateway.reload(optionsOf(one.target))).toEqual({
      kind: 'unchanged',
      generation: 1,
      diagnostics: [],
    });
  });

  it('is refused as a whole where something is wrong, and what was served is served on', async () => {
    const one = await named('one');
    const { gateway, url } = await start(optionsOf(one.target));
    const broken = [{ label: 'broken', load: async () => Uint8Array.of(1, 2, 3) }];
    const result = await gateway.reload(optionsOf(one.target, { sources: broken }));
    expect(result).toMatchObject({ kind: 'refused', generation: 1 });
    expect(result.diagnostics).toContainEqual(expect.objectContaining({ severity: 'error' }));
    expect(await nameFrom(url)).toBe('one');
    expect(await gateway.reload(optionsOf(one.target, { timeouts: [] }))).toMatchObject({
      kind: 'reloaded',
      generation: 2,
    });
  });

  it('lets a stream end on the backend that it began with, which then is let go', async () => {
    const [one, two] = [await named('one'), await named('two')];
    const { gateway, url } = await start(optionsOf(one.target));
    const stream = await fetch(`${url}/v1/stream`);
    await gateway.reload(optionsOf(two.target));
    expect(await nameFrom(url)).toBe('two');
    one.finish();
    expect(
      (await stream.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ name: 'one' }, { name: 'one', text: 'last' }]);
  });
});
