import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { HttpRequest, HttpResponse } from '@azure/functions';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GatewayOptions, PropylonGateway } from '../../src/index.js';
import * as aws from '../../src/serverless/aws-lambda.js';
import * as azure from '../../src/serverless/azure.js';
import * as google from '../../src/serverless/google-cloud.js';
import { azureFunctionName, azureFunctions, googleCloud, lambda } from '../../src/serverless/platforms.js';
import { type BytesBackend, startBytesBackend } from '../support/bytes-backend.js';
import { echoHandlers, echoImage } from '../support/echo-gateway.js';
import { only, type RecordedSpan, recordSpans } from '../support/span-recorder.js';
import { type PlatformGateway, startPlatformGateway } from './gateway.js';

/** Functions are traced as `serve` is, and their spans are on their way before an answer has ended. */

const httpApi = JSON.parse(readFileSync(new URL('events/http-api.json', import.meta.url), 'utf8'));
const lambdaContext = {
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:shop:live',
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  vi.unstubAllEnvs();
  Reflect.deleteProperty(globalThis, 'awslambda');
});

/** What answers one request of a function, to its end: of a POST of {"text":"a"}, or of a stream. */
type Answer = (gateway: PropylonGateway, path: '/v1/echo' | '/v1/stream') => Promise<unknown>;

const eventOf = (path: string) => ({
  ...httpApi,
  rawPath: path,
  rawQueryString: path === '/v1/stream' ? 'text=a' : '',
  body: path === '/v1/stream' ? undefined : '{"text":"a"}',
  headers: { host: 'api.example', 'content-type': 'application/json' },
  requestContext: {
    ...httpApi.requestContext,
    http: { ...httpApi.requestContext.http, method: path === '/v1/stream' ? 'GET' : 'POST' },
  },
});

const byLambda: Answer = (gateway, path) => aws.createLambdaHandler(gateway)(eventOf(path), lambdaContext);

const byLambdaStream: Answer = async (gateway, path) => {
  Object.assign(globalThis, {
    awslambda: {
      streamifyResponse: <T>(handler: T): T => handler,
      HttpResponseStream: { from: (stream: Writable): Writable => stream },
    },
  });
  const handler = aws.createLambdaStreamHandler(gateway) as unknown as (
    event: unknown,
    out: Writable,
    context: unknown,
  ) => Promise<void>;
  const out = new PassThrough();
  const all = buffer(out);
  await handler(eventOf(path), out, lambdaContext);
  await all;
};

const byAzure: Answer = async (gateway, path) => {
  const request = new HttpRequest({
    method: path === '/v1/stream' ? 'GET' : 'POST',
    url: `https://shop.azurewebsites.net${path}${path === '/v1/stream' ? '?text=a' : ''}`,
    headers: { 'content-type': 'application/json' },
    ...(path === '/v1/stream' ? {} : { body: { string: '{"text":"a"}' } }),
  });
  const context = { invocationId: 'i-1', functionName: 'gateway' };
  await new HttpResponse(await azure.createAzureHandler(gateway)(request, context)).text();
};

const byGoogle: Answer = async (gateway, path) => {
  const server = createServer(google.createHttpFunction(gateway)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const headers = { 'content-type': 'application/json' };
  try {
    const response = await (path === '/v1/stream'
      ? fetch(`${base}/v1/stream?text=a`)
      : fetch(`${base}/v1/echo`, { method: 'POST', body: '{"text":"a"}', headers }));
    await response.text();
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

const platforms: readonly (readonly [name: string, answer: Answer, attributes: object])[] = [
  [
    'AWS Lambda',
    byLambda,
    {
      'faas.invocation.id': lambdaContext.awsRequestId,
      'aws.lambda.invoked_arn': lambdaContext.invokedFunctionArn,
    },
  ],
  ['AWS Lambda, streaming', byLambdaStream, { 'faas.invocation.id': lambdaContext.awsRequestId }],
  ['Azure Functions', byAzure, { 'faas.invocation.id': 'i-1', 'faas.name': 'shop/gateway' }],
  ['Google Cloud', byGoogle, {}],
];

describe.each(platforms)('a function on %s', (_, answer, attributes) => {
  let platform: PlatformGateway;
  let spans: readonly RecordedSpan[];
  beforeAll(async () => {
    const recorder = await recordSpans({
      platform: { attributes: { 'cloud.provider': 'p', 'service.name': 'x' }, startsAhead: false },
      serviceName: 'shop',
    });
    spans = recorder.spans;
    platform = await startPlatformGateway({ tracer: recorder.tracer });
  });
  afterAll(() => platform.close());

  it.each([
    ['/v1/echo', 'POST /v1/echo', 't.T/Unary', true],
    ['/v1/stream', 'GET /v1/stream', 't.T/ServerStream', false],
  ] as const)('has sent the spans of %s when it has ended', async (path, name, call, coldstart) => {
    vi.stubEnv('WEBSITE_SITE_NAME', 'shop');
    const before = spans.length;
    await answer(platform.gateway, path);
    const sent = spans.slice(before);
    const server = only(sent, 'server');
    expect(server).toMatchObject({
      name,
      attributes: {
        'http.route': path,
        'http.response.status_code': 200,
        'faas.trigger': 'http',
        'faas.coldstart': coldstart,
        ...attributes,
      },
      resource: { attributes: { 'cloud.provider': 'p', 'service.name': 'shop' } },
    });
    expect(only(sent, 'client')).toMatchObject({ name: call, attributes: { 'rpc.grpc.status_code': 0 } });
    const known = new Set<unknown>(Object.values(conventions));
    expect(
      Object.keys(server.attributes).filter((key) => !known.has(key) && !key.startsWith('propylon.')),
    ).toEqual([]);
  });
});

describe('what a platform tells of itself', () => {
  const none = { attributes: {}, startsAhead: false };
  const onLambda = {
    AWS_LAMBDA_FUNCTION_NAME: 'shop',
    AWS_LAMBDA_FUNCTION_VERSION: '7',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/27/[7]abc',
    AWS_REGION: 'eu-central-1',
  };
  it.each([
    [
      'AWS Lambda',
      lambda(onLambda),
      {
        [conventions.ATTR_CLOUD_PROVIDER]: conventions.CLOUD_PROVIDER_VALUE_AWS,
        [conventions.ATTR_CLOUD_PLATFORM]: conventions.CLOUD_PLATFORM_VALUE_AWS_LAMBDA,
        [conventions.ATTR_CLOUD_REGION]: 'eu-central-1',
        [conventions.ATTR_FAAS_NAME]: 'shop',
        [conventions.ATTR_FAAS_VERSION]: '7',
        [conventions.ATTR_FAAS_INSTANCE]: '2026/11/27/[7]abc',
        [conventions.ATTR_FAAS_MAX_MEMORY]: 536_870_912,
      },
    ],
    [
      'Azure Functions, whose name is that of each function',
      azureFunctions({ WEBSITE_SITE_NAME: 'shop', REGION_NAME: 'West Europe', WEBSITE_INSTANCE_ID: 'a1' }),
      {
        [conventions.ATTR_CLOUD_PROVIDER]: conventions.CLOUD_PROVIDER_VALUE_AZURE,
        [conventions.ATTR_CLOUD_PLATFORM]: conventions.CLOUD_PLATFORM_VALUE_AZURE_FUNCTIONS,
        [conventions.ATTR_CLOUD_REGION]: 'West Europe',
        [conventions.ATTR_FAAS_INSTANCE]: 'a1',
      },
    ],
    [
      'Cloud Run functions',
      googleCloud({ K_SERVICE: 'shop', K_REVISION: 'shop-00007', FUNCTION_TARGET: 'gateway' }),
      {
        [conventions.ATTR_CLOUD_PROVIDER]: conventions.CLOUD_PROVIDER_VALUE_GCP,
        [conventions.ATTR_CLOUD_PLATFORM]: conventions.CLOUD_PLATFORM_VALUE_GCP_CLOUD_FUNCTIONS,
        [conventions.ATTR_FAAS_NAME]: 'shop',
        [conventions.ATTR_FAAS_VERSION]: 'shop-00007',
      },
    ],
  ])('%s', (_, { attributes }, expected) => expect(attributes).toEqual(expected));

  it('is nothing on the machine of a developer', () => {
    expect([lambda({}), azureFunctions({}), googleCloud({})]).toEqual([none, none, none]);
    expect(azureFunctionName({}, 'gateway')).toBeUndefined();
  });

  it('says no cold start of an instance that was started ahead', async () => {
    const platform = lambda({ ...onLambda, AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency' });
    const { tracer, spans } = await recordSpans({ platform });
    const started = await startPlatformGateway({ tracer });
    cleanups.push(() => started.close());
    await byLambda(started.gateway, '/v1/echo');
    expect(only(spans, 'server').attributes['faas.coldstart']).toBe(false);
  });
});

describe('a function that is configured by propylon.yaml', () => {
  let backend: BytesBackend;
  let folder: string;
  beforeAll(async () => {
    backend = await startBytesBackend(echoHandlers);
    folder = mkdtempSync(join(tmpdir(), 'propylon-serverless-'));
    writeFileSync(join(folder, 'image.binpb'), echoImage);
  });
  afterAll(() => {
    backend.close();
    rmSync(folder, { recursive: true });
  });

  /** Writes a propylon.yaml of this name with these lines. */
  const configured = (name: string, ...lines: readonly string[]): string => {
    const file = join(folder, `${name}.yaml`);
    const own = ['sources: { descriptors: [image.binpb] }', `backends: { "*": "127.0.0.1:${backend.port}" }`];
    writeFileSync(file, [...own, ...lines, ''].join('\n'));
    return file;
  };

  /** A collector with the exports that have come, in order; it says nothing before `answer` is called. */
  async function collector() {
    const exports: Buffer[] = [];
    const held: ServerResponse[] = [];
    let answers = false;
    const answer = (): void => {
      answers = true;
      for (const response of held.splice(0)) response.end();
    };
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        exports.push(body);
        held.push(response);
        if (answers) answer();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, exports, answer };
  }

  const started = async (
    make: (file: string, options?: GatewayOptions) => Promise<PropylonGateway>,
    file: string,
  ): Promise<PropylonGateway> => {
    const gateway = await make(file, { warn: () => undefined });
    cleanups.push(() => gateway.close());
    return gateway;
  };

  it.each([
    [
      'AWS Lambda',
      aws.createConfiguredGateway,
      byLambda,
      { AWS_LAMBDA_FUNCTION_NAME: 'shop-fn' },
      ['aws_lambda', 'shop-fn'],
    ],
    [
      'Azure Functions',
      azure.createConfiguredGateway,
      byAzure,
      { WEBSITE_SITE_NAME: 'shop-app' },
      ['azure.functions', 'shop-app/gateway'],
    ],
    [
      'Google Cloud',
      google.createConfiguredGateway,
      byGoogle,
      { K_SERVICE: 'shop-svc' },
      ['gcp_cloud_run', 'shop-svc'],
    ],
  ] as const)(
    '%s: its collector has its spans and what it is when it has answered',
    async (name, make, answer, env, said) => {
      for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value);
      const { url, exports, answer: takeAll } = await collector();
      takeAll();
      const file = configured(name, `tracing: { endpoint: "${url}", ratio: 1 }`);
      const gateway = await started(make, file);
      await answer(gateway, '/v1/echo');
      expect(exports).toHaveLength(1);
      for (const one of ['POST /v1/echo', 't.T/Unary', 'faas.coldstart', ...said])
        expect(exports[0]?.includes(one), one).toBe(true);
    },
  );

  it('is held by a collector that does not answer for a bounded time, and not again until it does', async () => {
    const { url, exports, answer } = await collector();
    const tracing = `tracing: { endpoint: "${url}", ratio: 1 }`;
    const gateway = await started(
      aws.createConfiguredGateway,
      configured('silent', tracing, 'limits: { traceFlushTimeoutMs: 200 }'),
    );
    // Longer than its limit, and a tenth of what exporters wait.
    const before = performance.now();
    for (let i = 0; i < 20; i++)
      expect(await byLambda(gateway, '/v1/echo')).toMatchObject({ statusCode: 200 });
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(exports).toHaveLength(1);
    answer();
    await expect.poll(() => byLambda(gateway, '/v1/echo').then(() => exports.length)).toBe(2);
  });

  it.each([
    ['nothing of OpenTelemetry without tracing', '', false],
    ['its SDK with it', 'tracing: { endpoint: "http://127.0.0.1:9" }', true],
  ])('loads %s', async (_, line, loads) => {
    const file = configured(loads ? 'on' : 'off', line);
    const coverage = mkdtempSync(join(tmpdir(), 'propylon-loaded-'));
    const root = fileURLToPath(new URL('../../', import.meta.url));
    try {
      const script = `
        const { handler } = await import(process.argv[1]);
        console.log((await handler(JSON.parse(process.argv[2]))).statusCode);
        process.exit(0);`;
      const entry = join(root, 'manifests/serverless/aws-lambda/index.mjs');
      const argv = ['--input-type=module', '-e', script, entry, JSON.stringify(httpApi)];
      const { OTEL_EXPORTER_OTLP_ENDPOINT: _none, ...rest } = process.env;
      const env = { ...rest, PROPYLON_CONFIG: file, NODE_V8_COVERAGE: coverage };
      const child = spawn(process.execPath, argv, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
      // Whoever reads the coverage waits for the end, not for the answer.
      const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      expect(out.trim()).toBe('200');
      // Node writes down every script that has run, whatever has loaded it.
      const scripts = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), 'utf8'));
      expect(scripts.join('').includes('/dist/src/gateway/')).toBe(true);
      expect(scripts.join('').includes('/node_modules/@opentelemetry/')).toBe(loads);
    } finally {
      rmSync(coverage, { recursive: true });
    }
  });
});
