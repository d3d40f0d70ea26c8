import { fileURLToPath } from 'node:url';
import { v1 as language } from '@google-ai/generativelanguage';
import { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type PropylonGateway, protosSource } from '../../src/index.js';
import type { Listener } from '../../src/server/listen.js';

/**
 * Google's own generated clients, in REST mode, through the gateway, to grpc-js servers of their
 * own protos. What they send and read is what Google's REST servers speak.
 */

const protosOf = (name: string): string =>
  fileURLToPath(new URL(`../../node_modules/${name}/build/protos`, import.meta.url));
const secretProtos = protosOf('@google-cloud/secret-manager');
const languageProtos = protosOf('@google-ai/generativelanguage');
const commonProtos = protosOf('google-gax');

type Message = Record<string, unknown>;
type Unary = grpc.handleUnaryCall<Message, Message>;

const calls: { method: string; request: Message; metadata: grpc.Metadata }[] = [];

function serviceOf(folder: string, file: string, name: string): grpc.ServiceDefinition {
  const packages = grpc.loadPackageDefinition(
    loadSync(file, {
      includeDirs: [folder, commonProtos],
      enums: String,
      longs: String,
      defaults: false,
      oneofs: true,
    }),
  );
  const found = name.split('.').reduce<unknown>((node, step) => (node as Message)[step], packages);
  return (found as grpc.ServiceClientConstructor).service;
}

function seen(method: string, answer: (request: Message) => Message | grpc.ServiceError): Unary {
  return (call, callback) => {
    calls.push({ method, request: call.request, metadata: call.metadata });
    const result = answer(call.request);
    if (result instanceof Error) callback(result);
    else callback(null, result);
  };
}

function failure(code: grpc.status, details: string): grpc.ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new grpc.Metadata() });
}

const secret = {
  name: 'projects/p/secrets/s',
  replication: { automatic: {} },
  labels: { team: 'a/b' },
  createTime: { seconds: '1767225600', nanos: 500_000_000 },
  etag: '"1"',
};

const secrets: grpc.UntypedServiceImplementation = {
  GetSecret: seen('GetSecret', ({ name }) =>
    name === secret.name ? secret : failure(grpc.status.NOT_FOUND, `${String(name)} is not there`),
  ),
  CreateSecret: seen('CreateSecret', ({ parent, secretId, secret: given }) => ({
    ...(given as Message),
    name: `${String(parent)}/secrets/${String(secretId)}`,
  })),
  UpdateSecret: seen('UpdateSecret', ({ secret: given }) => given as Message),
  DeleteSecret: seen('DeleteSecret', () => ({})),
  ListSecrets: seen('ListSecrets', ({ pageToken }) => {
    const page = Number(pageToken || 0);
    return {
      secrets: [{ name: `projects/p/secrets/${page * 2}` }, { name: `projects/p/secrets/${page * 2 + 1}` }],
      nextPageToken: page < 2 ? String(page + 1) : '',
      totalSize: 6,
    };
  }),
  AddSecretVersion: seen('AddSecretVersion', ({ parent }) => ({
    name: `${String(parent)}/versions/1`,
    state: 'ENABLED',
  })),
  AccessSecretVersion: seen('AccessSecretVersion', ({ name }) => ({
    name,
    payload: { data: Buffer.from([0, 255, 254, 62, 63]), dataCrc32c: '2147483648' },
  })),
  DisableSecretVersion: seen('DisableSecretVersion', ({ name }) => ({ name, state: 'DISABLED' })),
};

let afterSecondText = (): unknown => undefined;

const generative: grpc.UntypedServiceImplementation = {
  GenerateContent: seen('GenerateContent', ({ contents }) => ({
    candidates: [{ content: (contents as Message[])[0], finishReason: 'STOP' }],
  })),
  StreamGenerateContent: ((call) => {
    calls.push({ method: 'StreamGenerateContent', request: call.request, metadata: call.metadata });
    const candidate = (text: string): Message => ({ candidates: [{ content: { parts: [{ text }] } }] });
    call.write(candidate('one'));
    call.write(candidate('"two"\n[],{}'));
    if (call.request['model'] === 'models/broken') {
      // Its HTTP client may throw away what has arrived unread when the connection breaks.
      afterSecondText = () => call.emit('error', failure(grpc.status.RESOURCE_EXHAUSTED, 'no more words'));
      return;
    }
    call.write(candidate('three'));
    call.end();
  }) satisfies grpc.handleServerStreamingCall<Message, Message>,
  EmbedContent: seen('EmbedContent', () => ({ embedding: { values: [0.1, -2, 3e10] } })),
};

let backend: grpc.Server;
const gateways: PropylonGateway[] = [];
const listeners: Listener[] = [];

async function through(folder: string, port: number): Promise<number> {
  const gateway = await createGateway({
    sources: [protosSource([folder])],
    backends: [{ selector: '*', target: `127.0.0.1:${port}` }],
  });
  gateways.push(gateway);
  const listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  listeners.push(listener);
  return listener.port;
}

const rest = (port: number) => ({
  fallback: true,
  protocol: 'http',
  apiEndpoint: '127.0.0.1',
  port,
  // Their types come from another version of the same package.
  authClient: new PassThroughClient() as never,
});

let secretClient: SecretManagerServiceClient;
let languageClient: language.GenerativeServiceClient;

beforeAll(async () => {
  backend = new grpc.Server();
  backend.addService(
    serviceOf(
      secretProtos,
      'google/cloud/secretmanager/v1/service.proto',
      'google.cloud.secretmanager.v1.SecretManagerService',
    ),
    secrets,
  );
  backend.addService(
    serviceOf(
      languageProtos,
      'google/ai/generativelanguage/v1/generative_service.proto',
      'google.ai.generativelanguage.v1.GenerativeService',
    ),
    generative,
  );
  const port = await new Promise<number>((resolve, reject) => {
    backend.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const [secretPort, languagePort] = await Promise.all([
    through(secretProtos, port),
    through(languageProtos, port),
  ]);
  secretClient = new SecretManagerServiceClient(rest(secretPort));
  languageClient = new language.GenerativeServiceClient(rest(languagePort));
});
afterAll(async () => {
  await Promise.all(listeners.map((listener) => listener.close()));
  await Promise.all(gateways.map((gateway) => gateway.close()));
  backend?.forceShutdown();
});
beforeEach(() => {
  calls.length = 0;
});

describe('@google-cloud/secret-manager', () => {
  it('get: names, maps, timestamps, oneofs', async () => {
    const [got] = await secretClient.getSecret({ name: secret.name });
    expect(got).toMatchObject({
      name: secret.name,
      labels: { team: 'a/b' },
      etag: '"1"',
      replication: 'automatic' in got ? {} : { automatic: {} },
    });
    expect(got.createTime).toMatchObject({ seconds: '1767225600', nanos: 500_000_000 });
    expect(calls[0]?.request).toMatchObject({ name: secret.name });
  });

  it('create: body, query and path', async () => {
    const [made] = await secretClient.createSecret({
      parent: 'projects/p',
      secretId: 'new one',
      secret: { replication: { automatic: {} }, labels: { 'k-1': 'v' } },
    });
    expect(made.name).toBe('projects/p/secrets/new one');
    expect(calls[0]?.request).toMatchObject({ secret: { labels: { 'k-1': 'v' } } });
  });

  it('update: a field mask', async () => {
    await secretClient.updateSecret({
      secret: { name: secret.name, labels: { a: 'b' } },
      updateMask: { paths: ['labels', 'version_aliases'] },
    });
    expect(calls[0]?.request).toMatchObject({
      secret: { name: secret.name, labels: { a: 'b' } },
      updateMask: { paths: ['labels', 'version_aliases'] },
    });
  });

  it('delete: an empty answer', async () => {
    const [nothing] = await secretClient.deleteSecret({ name: secret.name, etag: '"1"' });
    expect(nothing).toEqual({});
    expect(calls[0]?.request).toMatchObject({ name: secret.name, etag: '"1"' });
  });

  it('list: all pages', async () => {
    const names: unknown[] = [];
    for await (const one of secretClient.listSecretsAsync({
      parent: 'projects/p',
      filter: 'labels.a:b AND c',
    })) {
      names.push(one.name);
    }
    expect(names).toEqual([0, 1, 2, 3, 4, 5].map((id) => `projects/p/secrets/${id}`));
    expect(calls.map(({ request }) => request['filter'])).toEqual(Array(3).fill('labels.a:b AND c'));
  });

  it('bytes, 64-bit integers and enums as numbers', async () => {
    const data = Buffer.from([251, 240, 0, 1]);
    const [added] = await secretClient.addSecretVersion({
      parent: secret.name,
      payload: { data, dataCrc32c: '4294967295' },
    });
    expect(added).toMatchObject({ name: `${secret.name}/versions/1`, state: 'ENABLED' });
    expect(calls[0]?.request).toMatchObject({ payload: { data, dataCrc32c: '4294967295' } });
    const [read] = await secretClient.accessSecretVersion({ name: `${secret.name}/versions/latest` });
    expect([...Buffer.from(read.payload?.data ?? '')]).toEqual([0, 255, 254, 62, 63]);
    expect(String(read.payload?.dataCrc32c)).toBe('2147483648');
  });

  it('a custom verb', async () => {
    const [disabled] = await secretClient.disableSecretVersion({ name: `${secret.name}/versions/1` });
    expect(disabled.state).toBe('DISABLED');
  });

  it("the backend's error has its code and message", async () => {
    await expect(secretClient.getSecret({ name: 'projects/p/secrets/none' })).rejects.toMatchObject({
      // The client gives what the HTTP library says before it reads the error: the status, and the envelope as text.
      code: 404,
      message: expect.stringMatching(
        /^{"error":{"code":404,"message":"projects\/p\/secrets\/none is not there","status":"NOT_FOUND"/,
      ),
    });
  });

  it('an error of ours has its details', async () => {
    await expect(
      secretClient.listSecrets(
        { parent: 'projects/p' },
        { otherArgs: { headers: { 'grpc-timeout': 'soon' } }, autoPaginate: false },
      ),
    ).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('"reason":"TIMEOUT_MALFORMED","domain":"propylon"'),
    });
    expect(calls).toHaveLength(0);
  });
});

describe('@google-ai/generativelanguage', () => {
  it('a unary method with repeated messages and enums', async () => {
    const [answer] = await languageClient.generateContent({
      model: 'models/m',
      contents: [{ role: 'user', parts: [{ text: 'grüß dich' }] }],
    });
    expect(answer.candidates?.[0]).toMatchObject({
      content: { parts: [{ text: 'grüß dich' }] },
      finishReason: 'STOP',
    });
  });

  it('floats', async () => {
    const [answer] = await languageClient.embedContent({
      model: 'models/m',
      content: { parts: [{ text: 't' }] },
    });
    expect(answer.embedding?.values).toHaveLength(3);
  });

  const texts = (model: string): Promise<unknown[]> =>
    new Promise((resolve) => {
      const all: unknown[] = [];
      languageClient
        .streamGenerateContent({ model, contents: [{ parts: [{ text: 'go' }] }] })
        .on('data', (one) => {
          if (all.push(one.candidates[0].content.parts[0].text) === 2) afterSecondText();
        })
        .on('error', (error: NodeJS.ErrnoException) => resolve([...all, error.code]))
        .on('end', () => resolve(all));
    });

  it('a server stream', async () => {
    expect(await texts('models/m')).toEqual(['one', '"two"\n[],{}', 'three']);
  });

  it('an error in mid-stream', async () => {
    expect(await texts('models/broken')).toEqual([
      'one',
      '"two"\n[],{}',
      // It would decode an error among the elements as an empty message: the break is what it understands.
      'ERR_STREAM_PREMATURE_CLOSE',
    ]);
  });
});
