import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpFunction, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpFunction } from '../../src/serverless/google-cloud.js';
import { type PlatformGateway, startPlatformGateway } from './gateway.js';

/** Under Google's own framework, which reads bodies before any function does. */

let platform: PlatformGateway;
let server: Server;
let base: string;
beforeAll(async () => {
  platform = await startPlatformGateway({ gate: { trustedProxies: ['127.0.0.1/32'] } });
  http('api', createHttpFunction(Promise.resolve(platform.gateway)) as unknown as HttpFunction);
  server = getTestServer('api').listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await platform.close();
});

describe('a function on Google Cloud', () => {
  it('answers a request whose body has been read for it', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${base}/v1/echo`, { method: 'POST', headers, body: '{"text":"Grüße"}' });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ text: 'Grüße' });
  });

  it('reads the path as it was sent', async () => {
    expect(await (await fetch(`${base}/v1/things/a%2Fb?size=7`)).json()).toEqual({ name: 'a/b', size: '7' });
  });

  it('believes the front end about the client', async () => {
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' };
    await fetch(`${base}/v1/echo`, { method: 'POST', headers, body: '{}' });
    expect(platform.lastMetadata('x-forwarded-for')).toMatch(/^203\.0\.113\.9, /);
  });

  it('gives a stream as one, whose failure is seen', async () => {
    expect(await (await fetch(`${base}/v1/stream?text=a`)).text()).toBe('{"text":"a"}\n'.repeat(3));
    await expect(fetch(`${base}/v1/stream?text=fail`).then((response) => response.text())).rejects.toThrow();
  });

  it('refuses as the gateway does', async () => {
    expect(await (await fetch(`${base}/v1/unknown`)).json()).toMatchObject({ code: 5 });
  });
});
