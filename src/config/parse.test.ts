import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema, environmentOverrides, parseConfig, settingsFrom } from './index.js';

/** Four levels of tenfold repetition. */
const growing = ['x', '*a', '*b', '*c']
  .map((item, level) => `${'abcd'[level]}: &${'abcd'[level]} [${Array(10).fill(item).join(', ')}]\n`)
  .join('');

describe('propylon.yaml', () => {
  it.each<[string, string, number, number, RegExp, RegExp | undefined]>([
    [
      'an unknown key, with the nearest',
      'listen:\n  prot: 80\n',
      2,
      3,
      /listen\.prot is not a setting/,
      /port/,
    ],
    ['an unknown key far from all', 'zzzzzz: 1\n', 1, 1, /zzzzzz/, /Known settings here: sources/],
    ['a value of the wrong type', 'listen:\n  port: high\n', 2, 9, /listen\.port must be/, undefined],
    [
      'a port out of range',
      'listen: { port: 70000 }\n',
      1,
      17,
      /listen\.port must be at most 65535/,
      undefined,
    ],
    ['a word that is not among the choices', 'conflicts: ignore\n', 1, 12, /one of warn, refuse/, undefined],
    ['a duration that is none', 'timeouts:\n  "*": 5 apples\n', 2, 8, /duration such as 5s/, undefined],
    [
      'a server of the documentation that is a host where a path may be',
      'docs:\n  servers: ["//api.example.com/v1"]\n',
      2,
      13,
      /docs\.servers\.0 names a host .*: write https:\/\/api\.example\.com\/v1, or a path/,
      undefined,
    ],
    ['a limit of zero', 'limits:\n  drainTimeoutMs: 0\n', 2, 19, /limits\.drainTimeoutMs/, undefined],
    [
      'a target that is none',
      'backends:\n  a.*: nowhere\n',
      2,
      8,
      /backends\.a\.\* is not a target/,
      undefined,
    ],
    [
      'a target that is none, of a backend with settings',
      'backends:\n  a.*: { target: nowhere }\n',
      2,
      8,
      /backends\.a\.\* cannot be used: .*no port/,
      undefined,
    ],
    [
      'an unknown setting of a backend, with the nearest',
      'backends:\n  a.*: { target: "a:1", balance: x }\n',
      2,
      25,
      /backends\.a\.\*\.balance is not a setting/,
      /balancer/,
    ],
    [
      'an unknown setting of a method, with the nearest',
      'requests:\n  methods:\n    a.B: { unknownQeury: ignore }\n',
      3,
      12,
      /requests\.methods\.a\.B\.unknownQeury is not a setting/,
      /unknownQuery/,
    ],
    [
      'a provider of a type that there is not',
      'authentication:\n  providers:\n    a: { type: saml }\n',
      3,
      16,
      /authentication\.providers\.a\.type must be one of jwt/,
      undefined,
    ],
    [
      'an unknown setting of a provider, with those of its type',
      'authentication:\n  providers:\n    a: { type: certificate, rules: [{ uri: u }], issue: x }\n',
      3,
      50,
      /authentication\.providers\.a\.issue is not a setting/,
      /Known settings here: type, audience, rules\./,
    ],
    [
      'a name that cannot be one',
      'authentication:\n  providers:\n    a:b: { type: jwt, issuer: "https://a", aud: [b] }\n',
      3,
      10,
      /authentication\.providers\.a:b must be a name of letters/,
      undefined,
    ],
    [
      'a token that nobody knows whom it is meant for',
      'authentication:\n  providers:\n    a: { type: jwt, issuer: "https://a" }\n',
      3,
      8,
      /authentication\.providers\.a\.aud must be a list/,
      undefined,
    ],
    [
      'a backend setting that is none of the choices',
      'backends:\n  "*": { target: "a:1", balancer: random }\n',
      2,
      35,
      /backends\.\*\.balancer must be one of round_robin/,
      undefined,
    ],
    [
      'a backend that is no target at all',
      'backends: { a: 7 }\n',
      1,
      16,
      /backends\.a must be a text/,
      undefined,
    ],
    ['a target that is none, to reflect', 'sources: { reflect: [x] }\n', 1, 22, /is not a target/, undefined],
    ['aliases that grow without end', growing, 1, 1, /too many aliases/, undefined],
    ['YAML that is none', 'listen: {\n', 2, 1, /not valid YAML/, undefined],
    ['a key given twice', 'conflicts: warn\nconflicts: warn\n', 2, 1, /not valid YAML/, undefined],
  ])('%s is reported with its place', (_, text, line, column, message, hint) => {
    const [first] = parseConfig(text, 'propylon.yaml').diagnostics;
    expect(first).toMatchObject({
      severity: 'error',
      code: 'CONFIG_INVALID',
      locations: [{ file: 'propylon.yaml', line, column }],
    });
    expect(first?.text).toMatch(message);
    if (hint !== undefined) expect(first?.hint).toMatch(hint);
  });

  it('reports every problem at once', () => {
    expect(parseConfig('a: 1\nb: 2\nlisten: { port: x }\n', 'f').diagnostics).toHaveLength(3);
  });

  it('an empty file says nothing', () => {
    expect(parseConfig('', 'f')).toEqual({ config: {}, diagnostics: [] });
  });

  it('the committed JSON Schema for editors is up to date', () => {
    const committed = readFileSync(new URL('../../schema/propylon.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });
});

describe('settings', () => {
  const file = parseConfig(
    'listen: { port: 1, host: file }\nbackends: { "a.*": "f:1" }\ntimeouts: { "*": 1.5s }\n',
    'f',
  ).config;

  it('take flags before environment before file', () => {
    const environment = environmentOverrides({ PROPYLON_PORT: '2', PROPYLON_HOST: 'env' }).overrides;
    expect(settingsFrom(file, {}, {}).listen).toEqual({ port: 1, host: 'file' });
    expect(settingsFrom(file, environment, {}).listen).toEqual({ port: 2, host: 'env' });
    expect(settingsFrom(file, environment, { port: 3 }).listen).toEqual({ port: 3, host: 'env' });
  });

  it('add backends up, flags last, so that they win over equal selectors', () => {
    const environment = environmentOverrides({ PROPYLON_BACKENDS: 'b.*=e:1,e:2 c.*=e:3' }).overrides;
    expect(settingsFrom(file, environment, { backends: ['a.*=g:1'] }).backends).toEqual([
      { selector: 'a.*', target: 'f:1' },
      { selector: 'b.*', target: 'e:1,e:2' },
      { selector: 'c.*', target: 'e:3' },
      { selector: 'a.*', target: 'g:1' },
    ]);
  });

  it('read durations as milliseconds', () => {
    expect(settingsFrom(file, {}, {}).timeouts).toEqual([{ selector: '*', timeoutMs: 1500 }]);
  });

  it.each([
    ['PROPYLON_PORT', 'abc'],
    ['PROPYLON_PORT', ''],
    ['PROPYLON_ADMIN_PORT', '65536'],
    ['PROPYLON_STRICT', 'yes'],
  ])('refuse %s=%s by name', (name, value) => {
    const { diagnostics } = environmentOverrides({ [name]: value });
    expect(diagnostics).toMatchObject([{ code: 'CONFIG_INVALID', text: expect.stringContaining(name) }]);
  });

  it('leave out what Kubernetes sets for a Service called propylon', () => {
    const { overrides, diagnostics } = environmentOverrides({ PROPYLON_PORT: 'tcp://10.0.0.1:80' });
    expect([overrides.port, diagnostics]).toEqual([undefined, []]);
  });
});
