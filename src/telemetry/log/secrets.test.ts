import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../../test/support/memory-log.js';
import { fineEvent, fineRequest } from '../../../test/support/request-event.js';
import { refusalFields } from './fields.js';
import { redact } from './redact.js';

/** What must never be in a line: credentials, and what makes two lines of one. */

const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJQTEFOVEVEIn0.UExBTlRFRA';
/** Texts with a secret in them, as errors and addresses have them; each secret is "PLANTED1", or the token above. */
const texts: readonly string[] = [
  'Authorization: Bearer PLANTED1',
  'authorization=Basic cGxhbnQ6UExBTlRFRDE=',
  'sent with header "authorization": "Bearer PLANTED1"',
  `the token ${jwt} has expired`,
  `DPoP ${jwt}`,
  'dpop PLANTED1',
  'Cookie: a=PLANTED1; session=PLANTED1; b=PLANTED1',
  'set-cookie: id=PLANTED1; Path=/',
  'x-api-key: PLANTED1',
  '{"apiKey":"PLANTED1"}',
  '{"client_secret": "PLANTED1 with a blank"}',
  'GET /v1/orders?access_token=PLANTED1&view=full',
  'https://maps.example/geo?key=PLANTED1',
  'https://store.example/o?X-Amz-Signature=PLANTED1',
  'cannot connect to redis://user:PLANTED1@cache:6379/0',
  'cannot connect to redis://:PLANTED1@cache:6379',
  'cannot connect to redis://user:p@PLANTED1@cache:6379',
  'password=PLANTED1',
  "password: 'PLANTED1'",
  '-----BEGIN EC PRIVATE KEY-----\nPLANTED1\n-----END EC PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----\nPLANTED1',
  'session-id=PLANTED1',
  'state=/v1/o%3Faccess_token%3DPLANTED1',
  '/login?next=%2Fo%3Fkey%3DPLANTED1',
];
const isPlanted = /PLANTED|UExBTlRFR|UExBTlRFRA|cGxhbnQ|eyJzdWIi/;

describe('credentials in a text', () => {
  it.each(texts)('are not there any more: %s', (text) => {
    expect(redact(text)).not.toMatch(isPlanted);
    expect(redact(text)).toContain('[redacted]');
  });

  it.each([
    'basic authentication is not offered',
    'The bearer is known.',
    'connect ECONNREFUSED 127.0.0.1:50051',
    'no route for /v1/keys/1',
    'at Object.<anonymous> (file:///srv/propylon/dist/src/gateway/unary.js:12:5)',
    'The keys of https://id.example/keys cannot be had: 503.',
  ])('are not seen where there are none: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('are looked for in time that grows with the text and no faster', () => {
    const bad = [
      'a-'.repeat(20_000),
      'token'.repeat(8_000),
      'http'.repeat(10_000),
      'eyJ'.repeat(13_000),
      'a.'.repeat(20_000),
    ];
    for (const text of bad) {
      const before = process.cpuUsage();
      redact(text);
      const { user } = process.cpuUsage(before);
      expect(user / 1_000, text.slice(0, 6)).toBeLessThan(1_000);
    }
  });
});

describe('a line of any kind', () => {
  it('has no credential that somebody has put into words', () => {
    const { log, lines, text } = memoryLog({
      access: {
        mode: 'all',
        path: true,
        headers: ['authorization', 'cookie', 'x-api-key', 'x-session', 'proxy-authorization', 'referer'],
      },
    });
    for (const planted of texts) {
      const cause = new Error(planted);
      log.info(planted);
      log.warn(planted, cause);
      log.error(planted, planted);
      log.fatal('dead', cause);
      log.request({ ...fineEvent, httpStatus: 500, code: 13, cause }, fineRequest);
    }
    for (const name of ['authorization', 'Cookie', 'X-Api-Key', 'x-session', 'proxy-authorization'])
      log.request(fineEvent, { ...fineRequest, headers: [[name, 'PLANTED1']] });
    log.request(fineEvent, { ...fineRequest, headers: [['referer', 'https://a.example/?token=PLANTED1']] });
    for (const target of [
      '/v1/o?access_token=PLANTED1',
      `/v1/${jwt}`,
      'http://u:PLANTED1@a/v1/o',
      '/v1/token=PLANTED1',
    ])
      log.request(fineEvent, { ...fineRequest, target });
    expect(lines()).toHaveLength(5 * texts.length + 10);
    expect(text()).not.toMatch(isPlanted);
  });

  const nasty = 'a\r\n{"message":"forged"}\u0000\u001b[2J\u007f\u009b31m\u2028\u202e\u2066';
  const seen = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e\u2066]|forged"\}\n/;

  it.each([false, true])('stays one line, and steers no terminal (on a terminal: %s)', (isTerminal) => {
    const { log, text } = memoryLog(
      { access: { mode: 'all', path: true, headers: ['user-agent'] } },
      { isTerminal },
    );
    log.request(
      { ...fineEvent, httpMethod: nasty, principal: nasty, cause: nasty },
      { ...fineRequest, target: `/${nasty}`, headers: [['user-agent', nasty]] },
    );
    log.warn(nasty, nasty);
    log.flush();
    // What colours the line is ours.
    const lines = text().replaceAll(/\u001b\[\d+m/g, '');
    expect(lines).not.toMatch(seen);
    expect(lines).toContain('\\u000a');
    const margins = lines.split('\n').filter((line) => line !== '' && !line.startsWith('    '));
    expect(margins).toHaveLength(2);
  });

  it('keeps the lines of a stack, as one value or indented', () => {
    const error = new Error('broken');
    error.stack = 'Error: broken\n    at one\n    at two\u001b[2J';
    const json = memoryLog();
    json.log.error('x', error);
    expect(json.lines()[0]?.['error.stack_trace']).toBe('Error: broken\n    at one\n    at two\\u001b[2J');
    const pretty = memoryLog({ format: 'pretty' });
    pretty.log.error('x', error);
    expect(pretty.text()).toMatch(/ error x\n {4}Error: broken\n {8}at one\n {8}at two\\u001b\[2J\n$/);
  });

  it('is of bounded length, whatever is in it', () => {
    const long = 'x'.repeat(1_000_000);
    const error = new Error(long);
    error.name = long;
    error.stack = long;
    const { log, text } = memoryLog({ access: { mode: 'all', path: true, headers: ['user-agent'] } });
    log.request(
      { ...fineEvent, httpMethod: long, principal: long, cause: error },
      { ...fineRequest, target: `/${long}`, headers: [['user-agent', long]] },
    );
    log.warn(long, error);
    log.flush();
    for (const line of text().split('\n')) expect(line.length).toBeLessThanOrEqual(4_096);
    expect(JSON.stringify(refusalFields({ ...fineEvent, principal: long })).length).toBeLessThan(2_000);
  });
});
