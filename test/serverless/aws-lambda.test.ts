import { readFileSync } from 'node:fs';
import { PassThrough, type Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  LambdaFunctionURLEvent,
} from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  createLambdaHandler,
  createLambdaStreamHandler,
  type LambdaAnswer,
  type LambdaEvent,
} from '../../src/serverless/aws-lambda.js';
import { type PlatformGateway, startPlatformGateway } from './gateway.js';

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`events/${name}.json`, import.meta.url), 'utf8')) as T;
const httpApi = read<APIGatewayProxyEventV2>('http-api');
const url = read<LambdaFunctionURLEvent>('function-url');

let platform: PlatformGateway;
let handle: (event: LambdaEvent) => Promise<APIGatewayProxyStructuredResultV2>;
beforeAll(async () => {
  platform = await startPlatformGateway();
  handle = createLambdaHandler(platform.gateway);
});
afterAll(() => platform.close());

/** An HTTP API's event for a GET of a path, which it has decoded. */
const get = (rawPath: string, rawQueryString = '', stage = '$default'): LambdaEvent => ({
  ...httpApi,
  rawPath,
  rawQueryString,
  body: undefined,
  headers: { host: 'api.example' },
  requestContext: {
    ...httpApi.requestContext,
    stage,
    http: { ...httpApi.requestContext.http, method: 'GET' },
  },
});
const json = (answer: { readonly body?: string | undefined }): unknown => JSON.parse(answer.body ?? '');

describe('a function behind an HTTP API', () => {
  it('answers an event', async () => {
    const answer = await handle(httpApi);
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false, cookies: [] });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(json(answer)).toEqual({ text: 'Grüße' });
  });

  it('names the sender and what is said to be behind it once each', async () => {
    await handle(httpApi);
    expect(platform.lastMetadata('x-forwarded-for')).toBe('203.0.113.9, 205.255.255.176');
    expect(platform.lastMetadata('x-forwarded-proto')).toBe('https');
  });

  it('takes a body in base64 for what it stands for', async () => {
    const body = Buffer.from('{"text":"x"}').toString('base64');
    const headers = { ...httpApi.headers, 'content-length': '12' };
    expect(json(await handle({ ...httpApi, headers, body, isBase64Encoded: true }))).toEqual({ text: 'x' });
  });

  it.each([
    ['a question mark', '/v1/things/a?b', 'a?b'],
    ['a percent sign', '/v1/things/100%', '100%'],
    ['what looks like an escape', '/v1/things/a%2Fb', 'a%2Fb'],
    ['a hash', '/v1/things/a#b', 'a#b'],
    ['blanks and letters of others', '/v1/things/über uns', 'über uns'],
    ['what may stand in a path', "/v1/things/a@b$c&d+e,f;g=h!i*j'k(l)~m", "a@b$c&d+e,f;g=h!i*j'k(l)~m"],
  ])('does not take %s in a decoded path for syntax', async (_, path, name) => {
    expect(json(await handle(get(path)))).toEqual({ name });
  });

  it('leaves out a stage with a name, and a path that it is told of', async () => {
    expect(json(await handle(get('/prod/v1/things/a', '', 'prod')))).toEqual({ name: 'a' });
    const mapped = createLambdaHandler(platform.gateway, { basePath: '/shop' });
    expect(json(await mapped(get('/shop/v1/things/a')))).toEqual({ name: 'a' });
    expect(await mapped(get('/shopping/v1/things/a'))).toMatchObject({ statusCode: 404 });
  });

  it('gives bytes that are no text in base64', async () => {
    const answer = await handle(get('/v1/raw'));
    expect(answer).toMatchObject({ isBase64Encoded: true, headers: { 'content-type': 'image/png' } });
    expect(Buffer.from(answer.body ?? '', 'base64')).toEqual(Buffer.of(0xff, 0xd8, 0xff));
  });

  it('gives a compressed answer in base64', async () => {
    const text = 'x'.repeat(5_000);
    const event = { ...get('/v1/things/a', `text=${text}`), headers: { 'accept-encoding': 'gzip' } };
    const answer = await handle(event);
    expect(answer).toMatchObject({ isBase64Encoded: true, headers: { 'content-encoding': 'gzip' } });
  });

  it('refuses as the gateway does, and keeps what a client sends from being a crash', async () => {
    expect(json(await handle(get('/v1/unknown')))).toMatchObject({ code: 5 });
    expect(json(await handle({ ...httpApi, body: '{' }))).toMatchObject({ code: 3 });
    expect(await handle({ ...httpApi, headers: { 'x y': 'z' } })).toMatchObject({ statusCode: 400 });
  });

  it('collects a stream, and never makes one look complete that failed', async () => {
    expect((await handle(get('/v1/stream', 'text=a'))).body).toBe('{"text":"a"}\n'.repeat(3));
    expect(await handle(get('/v1/stream', 'text=fail'))).toMatchObject({ statusCode: 502 });
  });

  it('starts from a promise, and fails every event when that fails', async () => {
    expect(await createLambdaHandler(Promise.resolve(platform.gateway))(httpApi)).toMatchObject({
      statusCode: 200,
    });
    const failed = Promise.reject<never>(new Error('no sources'));
    failed.catch(() => {});
    await expect(createLambdaHandler(failed)(httpApi)).rejects.toThrow('no sources');
  });
});

describe('a function behind a function URL', () => {
  it('reads the path as it was sent', async () => {
    expect(json(await handle(url))).toEqual({ name: 'a/b?c', size: '7', labels: { a: 'b c' } });
    expect(platform.lastMetadata('x-forwarded-for')).toBe('2001:db8::17');
  });
});

/** Lambda's own: the head as JSON, eight zero bytes, the body. */
function streamingRuntime() {
  return {
    streamifyResponse: <T>(handler: T): T => handler,
    HttpResponseStream: {
      from(stream: Writable, head: object): Writable {
        stream.write(JSON.stringify(head));
        stream.write(Buffer.alloc(8));
        return stream;
      },
    },
  };
}

describe('a function that streams', () => {
  const streamed = async (event: LambdaEvent): Promise<{ head: Partial<LambdaAnswer>; body: string }> => {
    Object.assign(globalThis, { awslambda: streamingRuntime() });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, 'awslambda'));
    // What streamifyResponse returns is called by the runtime with the stream in second place.
    const handler = createLambdaStreamHandler(platform.gateway) as (
      event: LambdaEvent,
      out: Writable,
    ) => Promise<void>;
    const out = new PassThrough();
    const all = buffer(out);
    // Whoever reads the answer sees that it is cut; here the handler's own word counts.
    all.catch(() => {});
    await handler(event, out);
    const bytes = await all;
    const end = bytes.indexOf(Buffer.alloc(8));
    return { head: JSON.parse(bytes.subarray(0, end).toString()), body: bytes.subarray(end + 8).toString() };
  };

  it('sends head and messages', async () => {
    const { head, body } = await streamed(get('/v1/stream', 'text=a'));
    expect(head).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/x-ndjson' } });
    expect(body).toBe('{"text":"a"}\n'.repeat(3));
  });

  it('sends an answer without a body', async () => {
    const { head, body } = await streamed({
      ...get('/v1/echo'),
      requestContext: {
        ...httpApi.requestContext,
        http: { ...httpApi.requestContext.http, method: 'OPTIONS' },
      },
    });
    expect(head).toMatchObject({ statusCode: 204 });
    expect(body).toBe('');
  });

  it('fails where its stream fails, so that the runtime cuts it', async () => {
    await expect(streamed(get('/v1/stream', 'text=fail'))).rejects.toThrow();
  });

  it('says where it belongs when it is made elsewhere', () => {
    expect(() => createLambdaStreamHandler(platform.gateway)).toThrow('AWS Lambda');
  });
});
