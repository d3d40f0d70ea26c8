import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparedHeaders } from '../../replay-defaults.js';
import type { RecordedAnswer } from '../exchange.js';
import { compareAnswers } from './compare-answers.js';

interface Given {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: readonly [string, string][];
  /** Absent for no body. */
  readonly body?: string;
}

function answer({ status = 200, type = 'application/json', headers = [], body }: Given): RecordedAnswer {
  return {
    status,
    headers: [...(body === undefined ? [] : [['content-type', type] as [string, string]]), ...headers],
    ...(body === undefined ? {} : { body: { text: body, bytes: body.length } }),
  };
}

/** "class place" of each difference, in order. */
function differences(expected: Given, actual: Given): string[] {
  return compareAnswers(answer(expected), answer(actual), { headers: comparedHeaders, hasBodies: true }).map(
    (one) => `${one.class} ${one.place}`.trim(),
  );
}

const json = (body: string): Given => ({ body });
const lines = (...messages: string[]): Given => ({
  type: 'application/x-ndjson',
  body: messages.map((one) => `${one}\n`).join(''),
});
const events = (body: string): Given => ({ type: 'text/event-stream', body });
const error = (body: string, status = 404): Given => ({ status, body });

describe('what two answers differ in', () => {
  it.each<[rule: string, expected: Given, actual: Given, found: string[]]>([
    ['nothing', json('{"a":1}'), json('{"a":1}'), []],
    [
      'the order of keys and white space say nothing',
      json('{"a":1,"b":[]}'),
      json('{ "b": [], "a": 1 }'),
      [],
    ],
    ['the order of elements does', json('{"a":[1,2]}'), json('{"a":[2,1]}'), ['value $.a[]', 'value $.a[]']],
    ['floats are compared as numbers', json('{"a":1.0,"b":1e2}'), json('{"a":1,"b":100.0}'), []],
    ['floats of 32 bits as 64', json('{"a":0.1}'), json('{"a":0.10000000149011612}'), ['float-form $.a']],
    ['64-bit integers as strings', json('{"a":12}'), json('{"a":"12"}'), ['int64-form $.a']],
    [
      '… of which no digit is lost',
      json('{"a":9007199254740993}'),
      json('{"a":"9007199254740992"}'),
      ['value $.a'],
    ],
    ['… nor in numbers', json('{"a":9007199254740993}'), json('{"a":9007199254740992}'), ['value $.a']],
    ['enums as numbers', json('{"a":2}'), json('{"a":"STATE_ACTIVE"}'), ['enum-form $.a']],
    ['no enum is a text with blanks', json('{"a":2}'), json('{"a":"Two of them"}'), ['value $.a']],
    [
      'defaults of every kind',
      json('{"a":0,"b":"","c":[],"d":null,"e":false,"f":"0","g":{},"h":"STATE_UNSPECIFIED"}'),
      json('{}'),
      [
        'defaults $.a',
        'defaults $.b',
        'defaults $.c',
        'defaults $.d',
        'defaults $.e',
        'defaults $.f',
        'defaults $.g',
        'defaults $.h',
      ],
    ],
    ['defaults of the other one', json('{"x":1}'), json('{"x":1,"a":0}'), ['defaults $.a']],
    ['null for an empty list', json('{"a":null}'), json('{"a":[]}'), ['defaults $.a']],
    ['a field that is gone', json('{"a":1}'), json('{}'), ['field-missing $.a']],
    ['a field that is new', json('{}'), json('{"a":{"b":1}}'), ['field-added $.a']],
    [
      'proto names',
      json('{"display_name":"x"}'),
      json('{"displayName":"x"}'),
      ['field-names $.display_name'],
    ],
    [
      '… and what is below them',
      json('{"list_price":{"units":"1"}}'),
      json('{"listPrice":{"units":"2"}}'),
      ['field-names $.list_price', 'value $.list_price.units'],
    ],
    [
      'times',
      json('{"a":"2026-01-01T00:00:00Z"}'),
      json('{"a":"2026-01-01T01:00:00.000+01:00"}'),
      ['time-form $.a'],
    ],
    [
      'other times',
      json('{"a":"2026-01-01T00:00:00.1Z"}'),
      json('{"a":"2026-01-01T00:00:00.2Z"}'),
      ['value $.a'],
    ],
    ['durations', json('{"a":"1.500s"}'), json('{"a":"1.5s"}'), ['time-form $.a']],
    ['base64', json('{"a":"-_8"}'), json('{"a":"+/8="}'), ['bytes-form $.a']],
    ['lists of other lengths', json('{"a":[1]}'), json('{"a":[1,2]}'), ['list-length $.a']],
    ['an empty body for {}', json('{}'), {}, ['empty-body']],
    [
      'another content type',
      json('{}'),
      { type: 'text/json', body: '{}' },
      ['content-type application/json → text/json'],
    ],
    ['no charset', json('{}'), { type: 'application/json; charset=utf-8', body: '{}' }, []],
    ['another text', { type: 'text/csv', body: 'a,b' }, { type: 'text/csv', body: 'a,c' }, ['body']],

    ['a secret matches any text', json('{"a":"[redacted:AAAAAAAAAAAA]"}'), json('{"a":"x"}'), []],
    ['… and any number', json('{"a":"[redacted:AAAAAAAAAAAA]"}'), json('{"a":4711}'), []],
    [
      '… but nothing of another shape',
      json('{"a":"[redacted:AAAAAAAAAAAA]"}'),
      json('{"a":{}}'),
      ['value $.a'],
    ],
    ['… and must be there', json('{"a":"[redacted:AAAAAAAAAAAA]"}'), json('{}'), ['field-missing $.a']],

    ['lines', lines('{"a":1}', '{"a":2}'), lines('{"a":1}', '{"a":3}'), ['value $.a']],
    ['fewer lines', lines('{"a":1}', '{"a":2}'), lines('{"a":1}'), ['stream-length']],
    [
      "grpc-gateway's envelope",
      { type: 'application/json', body: '{"result":{"a":1}}\n{"result":{"a":2}}\n' },
      lines('{"a":1}', '{"a":2}'),
      ['stream-envelope {"result":…} → bare'],
    ],
    [
      '… of one message',
      { type: 'application/json', body: '{"result":{"a":1}}\n' },
      lines('{"a":2}'),
      ['stream-envelope {"result":…} → bare', 'value $.a'],
    ],
    [
      '… before an error',
      lines('{"result":{"a":1}}', '{"error":{"code":5}}'),
      lines('{"a":1}', '{"error":{"code":5}}'),
      ['stream-envelope {"result":…} → bare'],
    ],
    [
      "Envoy's array",
      json('[{"a":1},{"a":2}]'),
      lines('{"a":1}', '{"a":2}'),
      ['stream-framing array → lines'],
    ],
    [
      'arrays with the envelope, and without',
      json('[{"result":{"a":1}},{"result":{"a":2}}]'),
      json('[{"a":1},{"a":3}]'),
      ['stream-envelope {"result":…} → bare', 'value $.a'],
    ],
    ['an empty array', json('[]'), lines(), ['stream-framing array → lines']],
    [
      'events',
      events(': hi\n\nid: 1\ndata: {"a":1}\n\nevent: error\ndata: {"code":5}\n\nevent: end\ndata: {}\n\n'),
      lines('{"a":1}', '{"error":{"code":5}}'),
      ['stream-framing events → lines'],
    ],

    ['another status', error('{"code":5}'), error('{"code":5}', 400), ['status 404 → 400']],
    ['an error instead of an answer', json('{"a":1}'), error('{"code":5}'), ['status 200 → 404']],
    [
      'what only a strict gateway refuses',
      json('{}'),
      error('{"code":3,"details":[{"reason":"QUERY_PARAMETER_UNKNOWN","domain":"propylon"}]}', 400),
      ['refused QUERY_PARAMETER_UNKNOWN'],
    ],
    [
      '501 for 405',
      error('{"code":12,"message":"x"}', 501),
      error('{"code":12,"message":"x"}', 405),
      ['status-unserved 501 → 405'],
    ],
    [
      'an error as an envelope',
      error('{"code":5,"message":"gone"}'),
      error('{"error":{"code":404,"status":"NOT_FOUND","message":"gone"}}'),
      ['error-shape status → envelope'],
    ],
    [
      'an error in header fields, with another message',
      {
        status: 404,
        headers: [
          ['grpc-status', '5'],
          ['grpc-message', 'not%20here'],
        ],
      },
      error('{"code":5,"message":"gone"}'),
      ['error-shape header fields → status', 'error-message'],
    ],
    [
      'a problem',
      { status: 404, type: 'application/problem+json', body: '{"code":5,"detail":"gone"}' },
      error('{"code":5,"message":"gone"}'),
      ['error-shape problem → status'],
    ],
    [
      'other words',
      error('{"code":5,"message":"a"}'),
      error('{"code":5,"message":"b"}'),
      ['error-message $.message'],
    ],
    [
      'another code',
      error('{"code":5,"message":"a"}'),
      error('{"code":7,"message":"a"}'),
      ['error-code $.code'],
    ],
    [
      'other details',
      error('{"code":5,"details":[{"a":1}]}'),
      error('{"code":5,"details":[]}'),
      ['error-details $.details'],
    ],
    [
      'the id of a request is none',
      error('{"code":13,"details":[{"@type":"t/google.rpc.RequestInfo","requestId":"1"}]}', 500),
      error('{"code":13,"details":[{"@type":"t/google.rpc.RequestInfo","requestId":"2"}]}', 500),
      [],
    ],

    ['a header field', { ...json('{}'), headers: [['etag', '"a"']] }, json('{}'), ['header etag']],
    ['one that nobody asked about', { ...json('{}'), headers: [['x-id', 'a']] }, json('{}'), []],
    [
      "another gateway's own address",
      { status: 303, headers: [['location', 'http://old/v1/a']] },
      { status: 303, headers: [['location', '/v1/a']] },
      [],
    ],
    [
      "grpc-gateway's prefix",
      {
        ...json('{}'),
        headers: [
          ['grpc-metadata-etag', '"a"'],
          ['grpc-metadata-content-type', 'application/grpc'],
        ],
      },
      { ...json('{}'), headers: [['etag', '"a"']] },
      ['header-prefix etag'],
    ],
  ])('%s', (_, expected, actual, found) => {
    expect(differences(expected, actual)).toEqual(found);
  });
});

/** A copy in which one leaf is another one. */
function mutated(value: unknown, pick: () => number): unknown {
  if (Array.isArray(value) && value.length > 0) {
    const at = pick() % value.length;
    return value.map((item, i) => (i === at ? mutated(item, pick) : item));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    const entries = Object.entries(value);
    const at = pick() % entries.length;
    return Object.fromEntries(
      entries.map(([key, member], i) => [key, i === at ? mutated(member, pick) : member]),
    );
  }
  if (typeof value === 'string') return `${value}!`;
  if (typeof value === 'number') return value === 0 ? 1 : -value;
  if (typeof value === 'boolean') return !value;
  return value === null ? 'something' : { something: value };
}

describe('comparison as a whole', () => {
  const forms = fc.constantFrom<(value: unknown) => Given>(
    (value) => json(JSON.stringify(value)),
    (value) => lines('{"first":1}', JSON.stringify(value)),
    (value) => events(`data: ${JSON.stringify(value)}\n\n`),
    (value) => error(JSON.stringify(value)),
    (value) => error(JSON.stringify({ code: 5, message: 'm', details: [value] })),
    (value) => ({ type: 'text/plain', body: `x${JSON.stringify(value)}` }),
  );

  it('finds nothing between an answer and itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), forms, (value, form) => {
        expect(differences(form(value), form(value))).toEqual([]);
      }),
    );
  });

  it('finds every value that is another one, wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        forms,
        fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
        (value, form, picks) => {
          let next = 0;
          const other = mutated(value, () => picks[next++ % picks.length] ?? 0);
          expect(differences(form(value), form(other))).not.toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});
