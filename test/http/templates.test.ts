import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, DiagnosticsError, type PropylonGateway } from '../../src/index.js';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.js';
import { casesProto, casesRules } from '../support/httprule.js';
import { refusedTemplates, templateCases } from './template-cases.js';

/**
 * Every row of the template tables, as a client sees it: raw bytes into a socket, JSON out of it, and a
 * real backend that says which method was called with which fields.
 */

const methodCount = Math.max(...templateCases.map(({ templates }) => templates.length));

let image: Uint8Array;
let backend: EchoBackend;
const open: { close(): Promise<void> }[] = [];
/** One gateway for each set of templates: rows of a group share it. */
const ports = new Map<string, Promise<number>>();

beforeAll(async () => {
  image = compileProtos({ 'cases.proto': casesProto(methodCount) });
  backend = await startEchoBackend(Array.from({ length: methodCount }, (_, i) => `/cases.Cases/M${i}`));
});
afterAll(async () => {
  await Promise.all(open.map((one) => one.close()));
  backend?.close();
});

function gatewayFor(
  templates: readonly string[],
  trailingSlash: 'strict' | 'ignore',
): Promise<PropylonGateway> {
  return createGateway({
    sources: [{ label: 'cases', load: async () => image }],
    backends: [{ selector: '*', target: backend.target }],
    rules: [{ file: 'rules.yaml', text: casesRules(templates) }],
    trailingSlash,
    // Captures are compared by the names in the templates.
    json: { protoNames: true },
  });
}

async function start(templates: readonly string[], trailingSlash: 'strict' | 'ignore'): Promise<number> {
  const gateway = await gatewayFor(templates, trailingSlash);
  const listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  open.push(listener, gateway);
  return listener.port;
}

function portFor(templates: readonly string[], trailingSlash: 'strict' | 'ignore'): Promise<number> {
  const key = JSON.stringify([trailingSlash, ...templates]);
  const port = ports.get(key) ?? start(templates, trailingSlash);
  ports.set(key, port);
  return port;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** HTTP clients normalise paths, so the request goes out as it stands in the table. */
async function send(port: number, httpMethod: string, path: string): Promise<Answer> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(
    Buffer.from(`${httpMethod} ${path} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n`, 'latin1'),
  );
  await once(socket, 'close');
  const [head = '', ...body] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
  const fields = head
    .split('\r\n')
    .slice(1)
    .map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]);
  return {
    status: Number(head.slice(9, 12)),
    headers: Object.fromEntries(fields),
    body: body.join('\r\n\r\n'),
  };
}

/** The leaves of a JSON object by dotted path. */
function leaves(value: unknown, path: readonly string[] = []): [string, unknown][] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
    : [[path.join('.'), value]];
}

/** An empty capture is a field's default, which ProtoJSON leaves out. */
const written = (bound: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(bound).filter(([, value]) => value !== ''));

/** Node's own parser knows a closed set of HTTP methods. */
const parsable = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|PURGE|REPORT|SEARCH|LINK|LOCK|COPY|MOVE|TRACE)$/;

describe('a request against templates, over HTTP', () => {
  // What a query means is query.test.ts's matter: the echo would bind it too.
  const rows = templateCases.filter(
    ({ httpMethod, path }) => parsable.test(httpMethod) && !path.includes('?'),
  );

  it('covers the promised number of rows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(200);
  });

  it.each(rows.map((row) => [row.name, row] as const))(
    '%s',
    async (_, { templates, trailingSlash, httpMethod, path, expect: expected }) => {
      const port = await portFor(templates, trailingSlash);
      backend.calls.length = 0;
      const answer = await send(port, httpMethod, path);
      expect(answer.status, answer.body).toBe(expected.status);
      expect(answer.headers['allow']?.split(', ')).toEqual(
        expected.status === 200 ? undefined : expected.allow,
      );
      expect(backend.calls.map((call) => call.path)).toEqual(
        expected.matched === undefined ? [] : [`/cases.Cases/M${expected.matched}`],
      );
      if (expected.status === 200 && httpMethod !== 'HEAD') {
        expect(Object.fromEntries(leaves(JSON.parse(answer.body)))).toEqual(written(expected.bound ?? {}));
      } else if (expected.status >= 400 && httpMethod !== 'HEAD') {
        expect(JSON.parse(answer.body)).toMatchObject({
          code: expect.any(Number),
          message: expect.any(String),
        });
      }
    },
  );
});

describe('a template that stops the start', () => {
  it('covers the promised number of rows', () => {
    expect(refusedTemplates.length).toBeGreaterThanOrEqual(60);
  });

  it.each(refusedTemplates.map((row) => [row.template, row] as const))(
    '%s',
    async (_, { template, problem }) => {
      const failure = await gatewayFor([`GET ${template}`], 'strict').then(
        (gateway) => gateway.close(),
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(DiagnosticsError);
      const errors =
        failure instanceof DiagnosticsError
          ? failure.diagnostics.filter((one) => one.severity === 'error')
          : [];
      expect(errors.map((one) => one.text).join('\n')).toContain(problem);
      expect(errors[0]?.locations[0]).toMatchObject({ file: 'rules.yaml', line: expect.any(Number) });
    },
  );
});
