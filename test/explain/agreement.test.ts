import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Explanation } from '../../src/gateway/index.js';
import { createGateway, type PropylonGateway } from '../../src/index.js';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { randomApi } from '../support/random-api.js';
import { pick, type Random, seeded } from '../support/random-message.js';
import { randomRequest } from '../support/random-request.js';

/** What a rehearsal says of a request is what the same request does: there is one line, and it is run twice. */

const seed = Math.floor(Math.random() * 2 ** 31);
const random = seeded(seed);
const apis = [0, 1].map((index) => randomApi(random, `f${index}`));
const image = compileProtos({
  ...httpAnnotations(),
  ...Object.fromEntries(apis.map(({ proto }, index) => [`f${index}.proto`, proto])),
});
const types = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
const rules = apis.flatMap(({ rules: all }, index) =>
  all.map((rule, method) => ({ rule, path: `/f${index}.S/R${method}` })),
);

let backend: EchoBackend;
let gateway: PropylonGateway;
let listener: Awaited<ReturnType<PropylonGateway['listen']>>;
beforeAll(async () => {
  backend = await startEchoBackend(
    rules.map(({ path }) => path),
    () => Buffer.alloc(0),
  );
  gateway = await createGateway({
    sources: [{ label: 'random', load: async () => image }],
    backends: [{ selector: '*', target: backend.target }],
    methodOverride: true,
  });
  listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
});
afterAll(async () => {
  await listener?.close();
  await gateway?.close();
  backend?.close();
});

interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

const accepts = [
  'application/json',
  'application/x-protobuf',
  'text/html',
  '*/*;q=0.5, application/json;q=0',
];

/** A request that a rule can carry, as a whole or with something about it that it cannot. */
function anyRequest(): Asked {
  const { rule } = pick(random, rules);
  const { target, body, contentType } = randomRequest(random, types, rule);
  const maybe = (chance: number, name: string, value: string): [string, string][] =>
    random() < chance ? [[name, value]] : [];
  const isOverridden = random() < 0.1;
  return {
    method: isOverridden
      ? 'POST'
      : random() < 0.1
        ? pick(random, ['GET', 'POST', 'PATCH', 'HEAD', 'OPTIONS'])
        : rule.httpMethod,
    target: random() < 0.25 ? damaged(random, target) : target,
    headers: [
      ['host', `shop.example`],
      ['x-request-id', `r${Math.floor(random() * 1e9)}`],
      ...(contentType === undefined ? [] : [['content-type', contentType] as const]),
      ...maybe(0.2, 'accept', pick(random, accepts)),
      ...maybe(0.2, 'authorization', 'Bearer of nobody'),
      ...maybe(0.1, 'accept-language', 'eo'),
      ...maybe(0.1, 'idempotency-key', 'k'),
      ...maybe(0.1, 'grpc-timeout', pick(random, ['5S', 'soon'])),
      ...maybe(isOverridden ? 1 : 0.05, 'x-http-method-override', rule.httpMethod),
      ...maybe(0.1, 'x-not-known', 'x'),
    ],
    body:
      random() < 0.2 ? Buffer.from(damaged(random, Buffer.from(body).toString('latin1')), 'latin1') : body,
  };
}

/** With one character more, less or changed. */
function damaged(by: Random, text: string): string {
  const at = 1 + Math.floor(by() * text.length);
  const other = pick(by, ['', 'x', '/', '%', '&zz=1', '"', '{', '7', ':', '?']);
  return text.slice(0, at) + other + text.slice(at + Math.floor(by() * 2));
}

async function send({ method, target, headers, body }: Asked): Promise<IncomingMessage> {
  const sent = httpRequest({
    ...{ port: listener.port, host: '127.0.0.1', method, path: target },
    headers: [...headers.flat(), ...(body.length > 0 ? ['content-length', String(body.length)] : [])],
  });
  sent.end(body);
  const [response] = await once(sent, 'response');
  response.resume();
  await once(response, 'end');
  return response;
}

/** What the backend got, in the form of an explanation; without what the connection adds. */
function seenCall(): Pick<NonNullable<Explanation['call']>, 'path' | 'metadata'> & {
  readonly hex: string | undefined;
} {
  const call = backend.calls.at(-1);
  const { 'user-agent': _, 'grpc-accept-encoding': __, ...metadata } = call?.metadata ?? {};
  return {
    path: call?.path ?? '',
    metadata: sorted(
      Object.entries(metadata).map(([name, value]) => [
        name,
        name === 'authorization' ? 'Bearer ***' : value,
      ]),
    ),
    hex: call?.message.toString('hex').slice(0, 8_192),
  };
}

const sorted = (fields: readonly (readonly [string, string])[]) =>
  fields.toSorted(([a], [b]) => (a < b ? -1 : 1));

const requestCount = 400;

it(`of ${requestCount} random requests it foretells status, method, message, metadata and form of the answer`, async () => {
  const statuses = new Map<number, number>();
  for (let count = 0; count < requestCount; count++) {
    const asked = anyRequest();
    const story = `seed ${seed}, request ${count}: ${asked.method} ${asked.target} ${JSON.stringify(asked.headers)} ${Buffer.from(asked.body).toString('latin1')}`;
    const before = backend.calls.length;
    const foretold = await gateway.explain({
      ...{ method: asked.method, url: asked.target, headers: asked.headers },
      body: Buffer.from(asked.body).toString('base64'),
    });
    expect(backend.calls.length, story).toBe(before);
    const response = await send(asked);
    const { statusCode = 0 } = response;
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
    const { answer, call } = foretold;
    expect([answer.httpStatus, answer.contentType], story).toEqual([
      statusCode,
      response.headers['content-type'],
    ]);
    expect(call === undefined, story).toBe(backend.calls.length === before);
    if (call === undefined) continue;
    const { path, metadata, messages } = call;
    expect({ path, metadata: sorted(metadata), hex: messages[0]?.hex }, story).toEqual(seenCall());
  }
  // The property is about something.
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 404]));
  expect(statuses.get(200)).toBeGreaterThan(requestCount / 5);
}, 60_000);
