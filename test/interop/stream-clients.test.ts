import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ServerReadableStream, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EchoGateway, jsonOf, messageOf, startEchoGateway } from '../support/echo-gateway.js';
import { findServerProgram } from '../support/server-program.js';

/**
 * Every format of streams, read by a client of its kind: curl, and EventSource, WebSocket and fetch
 * in a browser. Each message must be there before the next one is sent.
 */

let echo: EchoGateway;
const lastEventIds: string[] = [];
/** Messages that the backend may send, and backends that wait for one. */
let permits = 0;
const waiting: (() => void)[] = [];

function released(): Promise<void> {
  if (permits === 0) return new Promise((resolve) => void waiting.push(resolve));
  permits--;
  return Promise.resolve();
}

/** Lets the backend send its next message. */
function letGo(): void {
  const go = waiting.shift();
  if (go === undefined) permits++;
  else go();
}

/** Answers that were asked for and have not ended. */
let calls = 0;

/** One character of an image after the other, each when it is released. */
async function download(call: ServerWritableStream<Buffer, Buffer>): Promise<void> {
  for (let size = 1; size <= 3; size++) {
    await released();
    if (call.cancelled) return;
    if (call.request.includes('fail') && size === 3) {
      call.emit('error', { code: 14, details: 'gone' });
      return;
    }
    // HttpBody { content_type: "image/png", data: "1" }
    call.write(Buffer.from(`\x0a\x09image/png\x12\x01${size}`));
  }
  call.end();
}

/** Says what pieces an upload came in: google.api.HttpBody {1: content_type, 2: data}, of 16 KiB to 2 MiB. */
function upload(call: ServerReadableStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void {
  const seen: string[] = [];
  let size = 0;
  call.on('data', (piece: Buffer) => {
    const typeBytes = piece[0] === 0x0a ? 2 + (piece[1] ?? 0) : 0;
    const length = piece.length - typeBytes - 4;
    if (typeBytes > 0) seen.push(piece.toString('latin1', 2, typeBytes));
    seen.push(String(length));
    size += length;
  });
  call.on('end', () => callback(null, Buffer.from(messageOf({ text: seen.join(' '), size: String(size) }))));
}

/**
 * Every format of a server stream: what asks for it, the piece of each message as Latin-1, and what
 * stands around them.
 */
const formats: readonly {
  readonly name: string;
  readonly path: string;
  readonly accept: string;
  readonly piece: (size: number) => string;
  readonly end: string;
  /** What tells of an error, where that is not a body that breaks off: of that a client may lose what it has not read. */
  readonly error: 'break' | `event: error${string}`;
}[] = [
  {
    name: 'lines',
    path: '/v1/stream',
    accept: 'application/x-ndjson',
    piece: (size) => `{"size":"${size}"}\n`,
    end: '',
    error: 'break',
  },
  {
    name: 'an array',
    path: '/v1/stream',
    accept: 'application/json',
    piece: (size) => `${size === 1 ? '[' : ','}{"size":"${size}"}`,
    end: ']',
    error: 'break',
  },
  {
    name: 'events',
    path: '/v1/stream',
    accept: 'text/event-stream',
    piece: (size) => `${size === 1 ? 'retry: 50\n\n' : ''}id: ${size}\ndata: {"size":"${size}"}\n\n`,
    end: 'id: propylon-end\nevent: end\ndata: {}\n\n',
    error: 'event: error\ndata: {"code":14,"message":"gone"}\n\n',
  },
  {
    name: 'protobuf',
    path: '/v1/stream',
    accept: 'application/x-protobuf',
    piece: (size) => `\x02\x18${String.fromCharCode(size)}`,
    end: '',
    error: 'break',
  },
  {
    name: 'bytes',
    path: '/v1/download',
    accept: 'image/*',
    piece: (size) => String(size),
    end: '',
    error: 'break',
  },
];

/** Sends size 1, 2, 3, each when it is released; ends after the third, or fails where the text is "fail". */
async function paced(call: ServerWritableStream<Buffer, Buffer>): Promise<void> {
  calls++;
  lastEventIds.push(String(call.metadata.get('last-event-id')[0] ?? ''));
  const { text = '' } = jsonOf(call.request) as { text?: string };
  for (let size = 1; size <= 3; size++) {
    await released();
    if (call.cancelled) return;
    if (text === 'fail' && size === 3) {
      call.emit('error', { code: 14, details: 'gone' });
      return;
    }
    call.write(Buffer.from(messageOf({ size: String(size) })));
  }
  call.end();
}

beforeAll(async () => {
  echo = await startEchoGateway(
    {
      sse: { retryMs: 50, eventIds: [{ selector: 't.T.ServerStream', field: 'size' }] },
      limits: { streamHeadersFlushMs: 50 },
      routes: (app) => void app.get('/page', (c) => c.html('<!doctype html><title>page</title>')),
    },
    { ServerStream: (call) => void paced(call), Download: (call) => void download(call), Upload: upload },
  );
});
afterEach(() => {
  permits = 0;
  waiting.length = 0;
});
afterAll(() => echo?.close());

const curlProgram = findServerProgram('curl', 'curl');

describe.skipIf(curlProgram === undefined)('curl', () => {
  let curl: ChildProcess | undefined;
  afterEach(() => void curl?.kill());

  function run(...args: string[]): {
    lines: AsyncIterator<string>;
    child: ChildProcess;
    exited: Promise<number>;
  } {
    const child = spawn(curlProgram ?? '', ['-sS', '-N', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    curl = child;
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { lines, child, exited: once(child, 'exit').then(([code]) => Number(code)) };
  }

  async function next(lines: AsyncIterator<string>): Promise<string> {
    const { value } = await lines.next();
    return String(value);
  }

  it('-N: lines of JSON, each when it is sent', async () => {
    const { lines, exited } = run(`${echo.url}/v1/stream`);
    for (const size of ['1', '2', '3']) {
      letGo();
      expect(await next(lines)).toBe(`{"size":"${size}"}`);
    }
    expect(await exited).toBe(0);
  });

  it.each(formats)('-N: $name', async ({ path, accept, piece, end }) => {
    const child = spawn(curlProgram ?? '', ['-sS', '-N', '-H', `accept: ${accept}`, `${echo.url}${path}`]);
    curl = child;
    const closed = once(child, 'close');
    let read = '';
    child.stdout.on('data', (chunk: Buffer) => {
      read += chunk.toString('latin1');
    });
    let expected = '';
    for (const size of [1, 2, 3]) {
      letGo();
      expected += piece(size);
      await expect.poll(() => read).toContain(expected);
    }
    await closed;
    expect([read, child.exitCode]).toEqual([expected + end, 0]);
  });

  it('-T: an upload of bytes, in pieces', async () => {
    const { lines, child, exited } = run(
      '-X',
      'POST',
      '-H',
      'content-type: image/png',
      '-T',
      '-',
      `${echo.url}/v1/upload`,
    );
    child.stdin?.write(Buffer.alloc(100_000));
    child.stdin?.end(Buffer.alloc(50_000));
    expect(await next(lines)).toBe('{"text":"image/png 65536 65536 18928","size":"150000"}');
    expect(await exited).toBe(0);
  });

  it('-N --compressed: the same through gzip', async () => {
    const { lines, exited } = run('--compressed', `${echo.url}/v1/stream`);
    for (const size of ['1', '2', '3']) {
      letGo();
      expect(await next(lines)).toBe(`{"size":"${size}"}`);
    }
    expect(await exited).toBe(0);
  });

  it('-N: an error is the last line, and curl says that the body is incomplete', async () => {
    const { lines, exited } = run(`${echo.url}/v1/stream?text=fail`);
    letGo();
    expect(await next(lines)).toBe('{"size":"1"}');
    letGo();
    expect(await next(lines)).toBe('{"size":"2"}');
    letGo();
    expect(await next(lines)).toBe('{"error":{"code":14,"message":"gone"}}');
    // CURLE_PARTIAL_FILE, or CURLE_RECV_ERROR where the connection was cut.
    expect([18, 56]).toContain(await exited);
  });

  it('--http2-prior-knowledge -T .: lines both ways', async () => {
    const { lines, child, exited } = run(
      '--http2-prior-knowledge',
      '-X',
      'POST',
      '-H',
      'content-type: application/x-ndjson',
      '-T',
      '.',
      `${echo.url}/v1/talk/ann`,
    );
    child.stdin?.write('{"text":"a"}\n');
    expect(await next(lines)).toBe('{"name":"ann","text":"a"}');
    child.stdin?.write('{"text":"b"}\n');
    expect(await next(lines)).toBe('{"text":"b"}');
    child.stdin?.end();
    expect(await exited).toBe(0);
  });

  it('-T -: a client stream of unknown length over HTTP/1.1', async () => {
    const { lines, child, exited } = run(
      '-X',
      'POST',
      '-H',
      'content-type: application/x-ndjson',
      '-T',
      '-',
      `${echo.url}/v1/collect?fields=name,text`,
    );
    child.stdin?.write('{"name":"a"}\n');
    child.stdin?.end('{"text":"b"}\n');
    expect(await next(lines)).toBe('{"name":"a","text":"b"}');
    expect(await exited).toBe(0);
  });
});

describe('fetch in Node', () => {
  it.each(formats)(
    'a reader gets each piece when it is sent: $name',
    async ({ path, accept, piece, end }) => {
      letGo();
      const response = await fetch(`${echo.url}${path}`, { headers: { accept } });
      expect(response.headers.get('content-type')).toBe(accept === 'image/*' ? 'image/png' : accept);
      const reader = response.body?.getReader();
      let [read, expected] = ['', ''];
      for (const size of [1, 2, 3]) {
        if (size > 1) letGo();
        expected += piece(size);
        while (read.length < expected.length) read += latin1((await reader?.read())?.value);
        expect(read.slice(0, expected.length)).toBe(expected);
      }
      for (let last = await reader?.read(); last?.done === false; last = await reader?.read())
        read += latin1(last.value);
      expect(read).toBe(expected + end);
    },
  );

  it.each(formats)(
    'an error is a break for the reader, or told: $name',
    async ({ path, accept, piece, error }) => {
      letGo();
      const response = await fetch(`${echo.url}${path}?text=fail`, { headers: { accept } });
      const reader = response.body?.getReader();
      let [read, expected] = ['', ''];
      for (const size of [1, 2]) {
        expected += piece(size);
        while (read.length < expected.length) read += latin1((await reader?.read())?.value);
        letGo();
      }
      expect(read).toBe(expected);
      const rest = (async () => {
        let told = '';
        for (let last = await reader?.read(); last?.done === false; last = await reader?.read())
          told += latin1(last.value);
        return told;
      })();
      if (error === 'break') await expect(rest).rejects.toThrow('terminated');
      else expect(await rest).toBe(error);
    },
  );
});

function latin1(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) throw new Error('the body has ended');
  return Buffer.from(bytes).toString('latin1');
}

const browserProgram = findServerProgram('chromium', 'chromium');

describe.skipIf(browserProgram === undefined)('a browser', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserProgram ?? '', args: ['--no-sandbox'] });
    page = await browser.newPage();
    await page.goto(`${echo.url}/page`);
    await page.exposeFunction('letGo', letGo);
  });
  afterAll(() => browser?.close());

  it('EventSource: events with ids until an error, and after it from the last one on', async () => {
    lastEventIds.length = 0;
    const events = await page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const seen: string[] = [];
          const source = new EventSource('/v1/stream?text=fail');
          const letGo = (globalThis as unknown as { letGo: () => Promise<void> }).letGo;
          let ends = 0;
          source.onmessage = ({ data, lastEventId }) => {
            seen.push(`${lastEventId}: ${data}`);
            void letGo();
          };
          source.addEventListener('error', (event) => {
            if (event instanceof MessageEvent) {
              seen.push(`error: ${event.data}`);
              return;
            }
            // The body ended: the browser connects again, and says where it stood.
            ends++;
            if (ends > 1) {
              source.close();
              resolve(seen);
            } else void letGo();
          });
          void letGo();
        }),
    );
    const failing = ['1: {"size":"1"}', '2: {"size":"2"}', 'error: {"code":14,"message":"gone"}'];
    expect(events).toEqual([...failing, ...failing]);
    expect(lastEventIds).toEqual(['', '2']);
  });

  it('EventSource: the end is an event, so that a page can close', async () => {
    const events = await page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const seen: string[] = [];
          const source = new EventSource('/v1/stream');
          const letGo = (globalThis as unknown as { letGo: () => Promise<void> }).letGo;
          source.onmessage = ({ data }) => {
            seen.push(data);
            if (seen.length < 3) void letGo();
          };
          source.addEventListener('end', () => {
            source.close();
            resolve(seen);
          });
          void letGo();
        }),
    );
    expect(events).toEqual(['{"size":"1"}', '{"size":"2"}', '{"size":"3"}']);
  });

  it('EventSource: one that is not closed at the end comes back once, and then no more', async () => {
    calls = 0;
    const states = await page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const seen: number[] = [];
          const source = new EventSource('/v1/stream');
          const letGo = (globalThis as unknown as { letGo: () => Promise<void> }).letGo;
          source.onmessage = () => void letGo();
          source.onerror = () => {
            seen.push(source.readyState);
            if (source.readyState === EventSource.CLOSED) resolve(seen);
          };
          void letGo();
        }),
    );
    // Connecting again, then closed by 204.
    expect([states, calls]).toEqual([[0, 2], 1]);
  });

  it.each(formats)(
    'fetch: a reader gets each piece when it is sent: $name',
    async ({ path, accept, piece, end }) => {
      const expected = [1, 2, 3].map((size) => [1, 2, 3].slice(0, size).map(piece).join(''));
      const read = await page.evaluate(
        async ({ url, type, lengths }) => {
          const letGo = (globalThis as unknown as { letGo: () => Promise<void> }).letGo;
          void letGo();
          const response = await fetch(url, { headers: { accept: type } });
          const reader = response.body?.getReader();
          const seen: string[] = [];
          let all = '';
          const more = async (): Promise<boolean> => {
            const result = await reader?.read();
            all += String.fromCharCode(...(result?.value ?? []));
            return result?.done === false;
          };
          for (const length of lengths) {
            if (seen.length > 0) void letGo();
            while (all.length < length && (await more()));
            seen.push(all);
          }
          while (await more());
          return [...seen, all];
        },
        { url: path, type: accept, lengths: expected.map((text) => text.length) },
      );
      expect(read.slice(0, 2)).toEqual(expected.slice(0, 2));
      expect(read[3]).toBe(expected[2] + end);
    },
  );

  it('fetch: a reader gets each line when it is sent, and an error at a break', async () => {
    const read = (query: string): Promise<string[]> =>
      page.evaluate(async (path) => {
        const letGo = (globalThis as unknown as { letGo: () => Promise<void> }).letGo;
        const pieces: string[] = [];
        void letGo();
        const response = await fetch(path);
        const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
        try {
          for (;;) {
            const result = await reader?.read();
            if (result === undefined || result.done) return [...pieces, 'end'];
            pieces.push(result.value);
            if (pieces.length < 3) void letGo();
          }
        } catch (error) {
          return [...pieces, error instanceof Error ? error.name : 'broken'];
        }
      }, `/v1/stream?${query}`);
    expect(await read('')).toEqual(['{"size":"1"}\n', '{"size":"2"}\n', '{"size":"3"}\n', 'end']);
    const broken = await read('text=fail');
    expect(broken.slice(0, 2)).toEqual(['{"size":"1"}\n', '{"size":"2"}\n']);
    expect(broken.at(-1)).toBe('TypeError');
  });

  it('WebSocket: a conversation, and the close code of an error', async () => {
    const talk = await page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const seen: string[] = [];
          const socket = new WebSocket(
            `ws://${(globalThis as unknown as { location: { host: string } }).location.host}/v1/talk/ann`,
            ['propylon.json', 'propylon.bearer.t'],
          );
          const say = ['{"text":"b"}', '{"text":"fail"}'];
          socket.onopen = () => {
            seen.push(socket.protocol);
            socket.send('{"text":"a"}');
          };
          socket.onmessage = ({ data }) => {
            seen.push(data);
            const text = say.shift();
            if (text !== undefined) socket.send(text);
          };
          socket.onclose = ({ code, reason }) => resolve([...seen, `${code} ${reason}`]);
        }),
    );
    expect(talk).toEqual([
      'propylon.json',
      '{"name":"ann","text":"a"}',
      '{"text":"b"}',
      '{"error":{"code":14,"message":"gone"}}',
      '4014 gone',
    ]);
  });

  it('WebSocket: protobuf, and an end without error', async () => {
    const sent = [...messageOf({ text: 'a' })];
    const talk = await page.evaluate(
      (bytes) =>
        new Promise<unknown[]>((resolve) => {
          const seen: unknown[] = [];
          const socket = new WebSocket(
            `ws://${(globalThis as unknown as { location: { host: string } }).location.host}/v1/talk/ann`,
            ['propylon.proto'],
          );
          socket.binaryType = 'arraybuffer';
          socket.onopen = () => socket.send(Uint8Array.from(bytes));
          socket.onmessage = ({ data }) => {
            seen.push([...new Uint8Array(data)]);
            socket.send('');
          };
          socket.onclose = ({ code, wasClean }) => resolve([...seen, code, wasClean]);
        }),
      sent,
    );
    expect(jsonOf(Uint8Array.from(talk[0] as number[]))).toEqual({ name: 'ann', text: 'a' });
    expect(talk.slice(1)).toEqual([1000, true]);
  });
});
