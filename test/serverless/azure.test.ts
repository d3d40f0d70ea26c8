import { HttpRequest, HttpResponse } from '@azure/functions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAzureHandler } from '../../src/serverless/azure.js';
import { type PlatformGateway, startPlatformGateway } from './gateway.js';

/** What the worker of Azure does with a request and its answer, by the classes of @azure/functions itself. */

let platform: PlatformGateway;
beforeAll(async () => {
  platform = await startPlatformGateway();
});
afterAll(() => platform.close());

async function call(
  method: string,
  url: string,
  init: { readonly headers?: Record<string, string>; readonly body?: string } = {},
  basePath = '',
): Promise<HttpResponse> {
  const request = new HttpRequest({
    method,
    url,
    headers: init.headers ?? {},
    ...(init.body === undefined ? {} : { body: { string: init.body } }),
  });
  return new HttpResponse(await createAzureHandler(platform.gateway, { basePath })(request));
}

const site = 'https://shop.azurewebsites.net';

describe('a function on Azure', () => {
  it('answers a request with a body', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await call('POST', `${site}/v1/echo`, { headers, body: '{"text":"Grüße"}' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ text: 'Grüße' });
  });

  it('reads the path as it was sent', async () => {
    expect(await (await call('GET', `${site}/v1/things/a%2Fb?size=7`)).json()).toEqual({
      name: 'a/b',
      size: '7',
    });
  });

  it('leaves out the prefix of host.json', async () => {
    expect((await call('GET', `${site}/api/v1/things/a`, {}, '/api')).status).toBe(200);
    expect((await call('GET', `${site}/api/v1/things/a`)).status).toBe(404);
  });

  it.each([
    ['203.0.113.9, 198.51.100.7:50123', '203.0.113.9, 198.51.100.7'],
    ['[2001:db8::17]:443', '2001:db8::17'],
    ['2001:db8::17', '2001:db8::17'],
  ])('knows the sender by what the front end wrote last: %s', async (given, chain) => {
    await call('POST', `${site}/v1/echo`, {
      headers: { 'x-forwarded-for': given, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(platform.lastMetadata('x-forwarded-for')).toBe(chain);
  });

  it('gives a stream as one, whose failure is seen', async () => {
    const text = await (await call('GET', `${site}/v1/stream?text=a`)).text();
    expect(text).toBe('{"text":"a"}\n'.repeat(3));
    await expect((await call('GET', `${site}/v1/stream?text=fail`)).text()).rejects.toThrow();
  });

  it('refuses as the gateway does', async () => {
    expect(await (await call('GET', `${site}/v1/unknown`)).json()).toMatchObject({ code: 5 });
  });
});
