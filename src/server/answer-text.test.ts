import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Reply } from '../gateway/index.js';
import { answerText } from './answer-text.js';
import { fieldBlock } from './field-block.js';
import { giveAnswer, takesGivenAnswers } from './given-answer.js';

const common = fieldBlock([
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'"],
]);
const none = fieldBlock([]);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const reply = (body: string, headers: Reply['headers'] = [], httpStatus = 200): Reply => ({
  httpStatus,
  headers: [...headers, ['content-length', String(bytes(body).length)]],
  body: bytes(body),
});
const plain = reply('{"a":1}');

const server = createServer({ keepAliveTimeout: 75_000 });
afterAll(() => server.close());

/** What a client gets of two answers on one connection, as characters that are bytes. */
async function received(answer: (response: ServerResponse) => void, version = '1.1'): Promise<string> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  server.removeAllListeners('request').on('request', (_request, response) => answer(response));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('latin1');
  // The second one waits in Node for the end of the first.
  socket.end(`GET / HTTP/${version}\r\nHost: a\r\nConnection: keep-alive\r\n\r\n`.repeat(2));
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text.replaceAll(/Date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g, 'Date: now');
}

it('is what this Node sends: none of those that we support has moved the head elsewhere', () => {
  expect(takesGivenAnswers()).toBe(true);
});

describe('byte for byte what Node makes of the same answer', () => {
  it.each<[string, Reply, string?]>([
    ['a small body', plain],
    ['a body beyond ASCII', reply('{"cup":"Tässchen ☕"}')],
    ['an error', reply('{"code":5}', [['content-type', 'application/json']], 404)],
    [
      'a field twice, and values beyond ASCII',
      reply('x', [
        ['a', '1'],
        ['a', '\u00fc\t2'],
      ]),
    ],
    ['a client of HTTP/1.0 that wants to go on', plain, '1.0'],
  ])('%s', async (_, given, version = '1.1') => {
    const { httpStatus, headers, body } = given;
    const byNode = await received((response) => {
      response.writeHead(httpStatus, [...headers, ...common.fields].flat());
      response.end(body);
    }, version);
    const byText = await received((response) => {
      giveAnswer(response, httpStatus, answerText(given, common, 75_000) ?? '');
    }, version);
    expect(byText).toBe(byNode);
    expect(byNode.match(/Date: now/g)).toHaveLength(2);
  });
});

it('says when it was made, to the second, and for how long the connection stays', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const said = (at: string, keepAliveTimeoutMs: number) => {
    vi.setSystemTime(at);
    const text = answerText(plain, none, keepAliveTimeoutMs) ?? '';
    return [/^Date: (.*)\r$/m.exec(text)?.[1], /^Keep-Alive: (.*)\r$/m.exec(text)?.[1]];
  };
  try {
    expect(said('2026-11-27T08:00:00.000Z', 75_000)).toEqual(['Fri, 27 Nov 2026 08:00:00 GMT', 'timeout=75']);
    expect(said('2026-11-27T08:00:00.999Z', 75_000)).toEqual(['Fri, 27 Nov 2026 08:00:00 GMT', 'timeout=75']);
    expect(said('2026-11-27T08:00:01.000Z', 75_000)).toEqual(['Fri, 27 Nov 2026 08:00:01 GMT', 'timeout=75']);
    expect(said('2026-11-27T08:00:01.000Z', 5_000)).toEqual(['Fri, 27 Nov 2026 08:00:01 GMT', 'timeout=5']);
    // A clock that is put back.
    expect(said('2026-11-27T07:59:59.000Z', 5_000)).toEqual(['Fri, 27 Nov 2026 07:59:59 GMT', 'timeout=5']);
  } finally {
    vi.useRealTimers();
  }
});

it('the response is one like any other to those who watch it', async () => {
  const seen: unknown[] = [];
  await received((response) => {
    response.on('finish', () => seen.push(['finish', response.statusCode, response.writableFinished]));
    response.on('close', () => seen.push('close'));
    giveAnswer(response, 404, answerText(plain, none, 75_000) ?? '');
  });
  expect(seen.slice(0, 2)).toEqual([['finish', 404, true], 'close']);
});

describe('Node writes what is not plain', () => {
  async function* stream(): AsyncGenerator<Uint8Array> {}
  it.each<[string, Reply]>([
    ['a stream', { ...plain, body: stream() }],
    ['no body', { httpStatus: 204, headers: [], body: bytes('') }],
    ['a body without its length', { ...plain, headers: [] }],
    ['a large body', reply('x'.repeat(2_049))],
    ['trailers', { ...plain, trailers: () => [] }],
    ['a status that has no phrase', reply('x', [], 299)],
    ['a line break in a value', reply('x', [['a', 'b\r\nc: d']])],
    ['a character whose lower byte is a line break', reply('x', [['a', 'b\u010ac: d']])],
    ['a control in a value', reply('x', [['a', 'b\0']])],
    ['a name that is no token', reply('x', [['a b', 'c']])],
    ['a line break in a name', reply('x', [['a: b\r\nc', 'd']])],
    ['an empty name', reply('x', [['', 'd']])],
    ...['connection', 'date', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade'].map(
      (name): [string, Reply] => [`the field ${name}`, reply('x', [[name, 'close']])],
    ),
  ])('%s', (_, given) => {
    expect(answerText(given, common, 75_000)).toBeUndefined();
  });
});
