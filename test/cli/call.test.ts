import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { status as codes, Metadata, ServerCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoBackends, startDemoBackends } from '../../src/demo/index.js';
import { protosSource } from '../../src/descriptor/index.js';
import { type BytesBackend, startBytesBackend } from '../support/bytes-backend.js';
import { createAuthority, openssl } from '../support/certificates.js';
import { echoHandlers, echoImage } from '../support/echo-gateway.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'call-'));
const image = join(directory, 'image.binpb');
writeFileSync(image, echoImage);

let echo: BytesBackend;
let shop: DemoBackends;
const seen: Metadata[] = [];

beforeAll(async () => {
  shop = await startDemoBackends();
  echo = await startBytesBackend({
    ...echoHandlers,
    Unary(call, callback) {
      seen.push(call.metadata);
      if (call.metadata.get('x-hostile').length > 0) {
        callback({ code: codes.ABORTED, details: 'a\n\u001b]0;b\u0007\u009bc é' });
        return;
      }
      const leading = new Metadata();
      leading.set('x-answer', 'leading');
      call.sendMetadata(leading);
      const trailers = new Metadata();
      trailers.set('x-end-bin', Buffer.from('bytes'));
      callback(null, call.request, trailers);
    },
    // Never answers: Ping is for those who wait.
    Ping() {},
  });
});
afterAll(async () => {
  echo.close();
  await shop.close();
  rmSync(directory, { recursive: true, force: true });
});

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [main, 'call', ...args], { env: { ...process.env, NO_COLOR: '1' } });
  const printed = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      printed[name] += chunk.toString();
      for (const look of waiting) look();
    });
  const until = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (printed.stdout.includes(text) && resolve());
      waiting.add(look);
      look();
    });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, printed, until, exited };
}

async function call(...args: readonly string[]) {
  const { child, printed, exited } = start(args);
  child.stdin.end();
  return { code: await exited, ...printed };
}

const toEcho = (): string[] => ['--descriptors', image, '--backend', `127.0.0.1:${echo.port}`];
const toShop = (): string[] => shop.backends.flatMap(({ target }) => ['--reflect', target]);

describe('propylon call', { timeout: 60_000 }, () => {
  it('calls a method, and prints what it answers', async () => {
    expect(await call('Unary', '{"text": "a", "size": "7"}', ...toEcho())).toEqual({
      code: 0,
      stdout: '{\n  "text": "a",\n  "size": "7"\n}\n',
      stderr: '',
    });
  });

  it('calls all four kinds, and prints streams a message on each line', async () => {
    const data = '{"text": "a"} {"text": "b"}\n[]'.slice(0, -2);
    const [server, client, bidi, array] = await Promise.all([
      call('ServerStream', '{"text": "a"}', ...toEcho()),
      call('ClientStream', data, ...toEcho(), '--no-pretty'),
      call('Bidi', data, ...toEcho()),
      call('Bidi', '[{"text": "a"}, {"text": "b"}]', ...toEcho()),
    ]);
    expect(server).toMatchObject({ code: 0, stdout: '{"text":"a"}\n{"text":"a"}\n{"text":"a"}\n' });
    expect(client).toMatchObject({ code: 0, stdout: '{"text":"b"}\n' });
    expect(bidi).toMatchObject({ code: 0, stdout: '{"text":"a"}\n{"text":"b"}\n' });
    expect(array.stdout).toBe(bidi.stdout);
  });

  it('reads the request from a file, and from standard input as it comes', async () => {
    const file = join(directory, 'data.json');
    writeFileSync(file, '{"text": "from a file"}');
    expect((await call('Unary', `@${file}`, ...toEcho())).stdout).toContain('from a file');
    const { child, until, exited } = start(['Bidi', '-', ...toEcho()]);
    child.stdin.write('{"text": "one"}\n');
    await until('one');
    child.stdin.end('{"text": "two"}\n');
    await until('two');
    expect(await exited).toBe(0);
  });

  it('sends metadata, of -bin names as bytes, and shows what comes back with --headers', async () => {
    seen.length = 0;
    const { stderr } = await call(
      'Unary',
      ...toEcho(),
      '-H',
      'X-One: a b',
      '-H',
      'x-two-bin: AAH/',
      '--headers',
    );
    expect(seen[0]?.get('x-one')).toEqual(['a b']);
    expect(seen[0]?.get('x-two-bin')).toEqual([Buffer.from([0, 1, 255])]);
    expect(stderr).toContain('< x-answer: leading');
    expect(stderr).toContain(`<< x-end-bin: ${Buffer.from('bytes').toString('base64')}`);
  });

  it('asks a server by reflection, and calls it then', async () => {
    const { code, stdout } = await call('GetProduct', '{"name": "products/espresso-cup"}', ...toShop());
    expect([code, JSON.parse(stdout || '{}')]).toMatchObject([0, { name: 'products/espresso-cup' }]);
    expect((await call('--list', ...toShop())).stdout.split('\n')).toContain('shop.orders.v1.OrderService');
    expect((await call('--list', 'OrderService', ...toShop())).stdout).toContain(
      'shop.orders.v1.OrderService/GetOrder\n',
    );
  });

  it('ends with 1 for a status, and prints it with its details', async () => {
    const { code, stdout, stderr } = await call('GetProduct', '{"name": "products/none"}', ...toShop());
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^NOT_FOUND \(5\): products\/none /);
    expect(stderr).toContain('"@type": "type.googleapis.com/google.rpc.ResourceInfo"');
  });

  it('lets no status steer the terminal', async () => {
    const { stderr } = await call('Unary', '{}', ...toEcho(), '-H', 'x-hostile: yes');
    expect(stderr).toBe(`ABORTED (${codes.ABORTED}): a\n\\x1b]0;b\\x07\\x9bc é\n`);
  });

  it('prints what a stream gave before it failed', async () => {
    expect(await call('ServerStream', '{"text": "fail"}', ...toEcho())).toMatchObject({
      code: 1,
      stdout: '{"text":"fail"}\n',
      stderr: `UNAVAILABLE (${codes.UNAVAILABLE}): gone\n`,
    });
  });

  it('waits no longer than --timeout, and ends with 3 where nobody listens', async () => {
    expect(await call('Ping', ...toEcho(), '--timeout', '100ms')).toMatchObject({ code: 1, stdout: '' });
    const nobody = await call('Unary', '--descriptors', image, '--backend', '127.0.0.1:1');
    expect(nobody).toMatchObject({ code: 3, stderr: expect.stringMatching(/^UNAVAILABLE/) });
  });

  it('is cancelled by Ctrl-C', async () => {
    const { child, until, exited } = start(['Bidi', '-', ...toEcho()]);
    child.stdin.write('{"text": "up"}\n');
    await until('up');
    child.kill('SIGINT');
    expect(await exited).toBe(130);
  });

  it.skipIf(openssl === undefined)('connects with TLS', async () => {
    const authority = createAuthority(directory, 'authority');
    const server = authority.issue('server');
    const secure = await startBytesBackend(
      echoHandlers,
      0,
      ServerCredentials.createSsl(null, [
        { private_key: readFileSync(server.key), cert_chain: readFileSync(server.cert) },
      ]),
    );
    const args = [
      'Unary',
      '{"text": "safe"}',
      '--descriptors',
      image,
      '--backend',
      `127.0.0.1:${secure.port}`,
    ];
    const trusting = await call(...args, '--ca', authority.cert, '--server-name', 'localhost');
    const plain = await call(...args);
    secure.close();
    expect(trusting).toMatchObject({ code: 0, stdout: expect.stringContaining('safe') });
    expect(plain.code).toBe(3);
  });

  it('describes messages, methods, services and enums with comments and options', async () => {
    const protos = fileURLToPath(new URL('../../proto', import.meta.url));
    const compiled = join(directory, 'shop.binpb');
    writeFileSync(compiled, await protosSource([protos]).load(new AbortController().signal));
    const describe = async (name: string): Promise<string> =>
      (await call('--describe', name, '--descriptors', compiled)).stdout;
    expect(
      await describe('shop.type.v1.MoneyRange'),
    ).toBe(`// A range of amounts in one currency, both ends included.
message shop.type.v1.MoneyRange {
  // The lowest amount; absent means no lower end.
  google.type.Money min = 1;
  // The highest amount; absent means no upper end.
  google.type.Money max = 2;
}
`);
    expect(await describe('shop.catalog.v1.CatalogService')).toContain(
      'rpc GetProduct(shop.catalog.v1.GetProductRequest)',
    );
    expect(await describe('shop.catalog.v1.Product')).toMatch(
      /map<string, string> labels = 19;[\s\S]*optional int32 pack_size/,
    );
    expect(await describe('GetProduct')).toContain('get: "/v1/{name=products/*}"');
    expect(await describe('shop.type.v1.Country')).toMatch(/enum shop\.type\.v1\.Country \{[\s\S]*= 0;/);
  });

  it.each([
    ['a field that is none', ['Unary', '{"nope": 1}'], 'DATA is no request: Field nope'],
    ['two messages where one is taken', ['Unary', '{} {}'], 'takes one message'],
    ['a file that is not there', ['Unary', '@/nowhere/x.json'], 'DATA cannot be read'],
    ['metadata that is none', ['Unary', '-H', 'nonsense'], "'name: value'"],
    ['a type that is none', ['--describe', 't.Nope'], 'There is no service, method, message or enum'],
  ])('refuses %s with 2', async (_, args, said) => {
    const { code, stdout, stderr } = await call(...args, ...toEcho());
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  });

  it('stops a stream at a message that is none', async () => {
    const { code, stderr } = await call('Bidi', '{"text": "a"} {"nope": 1}', ...toEcho());
    expect(code).toBe(2);
    expect(stderr).toContain('DATA is no request: Field nope');
  });
});
