import { describe, expect, test } from 'vitest';
import { fakeChannels, surfaceInput, surfaceProtos, upstream } from '../../test/support/surface.js';
import type { CodecFactory } from '../codec/index.js';
import { errorInfo } from '../status/index.js';
import { parseUpstream } from '../upstream/index.js';
import { buildSurface, type SurfaceInput, summarize } from './index.js';

const image = surfaceProtos(`
message Thing { string name = 1; string other = 2; }
service Alpha {
  rpc Get(Thing) returns (Thing) { option (google.api.http) = { get: "/alpha/{name}" additional_bindings { post: "/alpha" body: "*" response_body: "other" } }; }
  rpc Watch(Thing) returns (stream Thing) { option (google.api.http) = { get: "/watch" }; }
  rpc Send(stream Thing) returns (Thing) { option (google.api.http) = { post: "/send" body: "*" }; }
  rpc Talk(stream Thing) returns (stream Thing) { option (google.api.http) = { post: "/talk" body: "other" }; }
}
service Beta { rpc Get(Thing) returns (Thing) { option (google.api.http) = { get: "/beta" }; } }
service Silent { rpc Get(Thing) returns (Thing); }
`);
const backend = (selector: string, to = '127.0.0.1:1') => ({ selector, upstream: upstream(to) });

function build(overrides: Partial<SurfaceInput> = {}, from = image) {
  const channels = fakeChannels();
  const built = buildSurface(surfaceInput(from, overrides), channels);
  return { ...built, channels, codes: built.diagnostics.map(({ severity, code }) => `${severity} ${code}`) };
}

describe('buildSurface', () => {
  test('compiles every binding', () => {
    const { surface, codes } = build({ generation: 7 });
    expect(codes).toEqual([]);
    expect(surface?.generation).toBe(7);
    expect(surface?.serviceCount).toBe(2);
    expect(surface?.methodCount).toBe(5);
    expect(surface?.routes.map(({ grpcPath, shape, request }) => [grpcPath, shape, request.body])).toEqual([
      ['/t.v1.Alpha/Get', 'unary', 'none'],
      ['/t.v1.Alpha/Get', 'unary', 'json'],
      ['/t.v1.Alpha/Watch', 'server-stream', 'none'],
      ['/t.v1.Alpha/Send', 'client-stream', 'json'],
      ['/t.v1.Alpha/Talk', 'bidi', 'json'],
      ['/t.v1.Beta/Get', 'unary', 'none'],
    ]);
  });

  test('no codec is made before the first request needs it', () => {
    let made = 0;
    const { codecs } = surfaceInput(image);
    const counting: CodecFactory = {
      codec: (...of) => {
        made++;
        return codecs.codec(...of);
      },
      field: (...of) => codecs.field(...of),
    };
    const { surface } = build({ codecs: counting });
    expect(made).toBe(0);
    const found = surface?.router.match('POST', '/alpha');
    if (found === undefined || !('route' in found)) {
      throw new Error('no route');
    }
    found.route.request.bind([], found.route.request.readQuery(''), Buffer.from('{}'), undefined);
    found.route.request.bind([], found.route.request.readQuery(''), Buffer.from('{}'), undefined);
    expect(made).toBe(1);
  });

  test('a service without a backend is routed, with one warning', () => {
    const { surface, diagnostics } = build({ backends: [backend('t.v1.Beta')] });
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'BACKEND_MISSING' }]);
    expect(diagnostics[0]?.text).toMatch(/t\.v1\.Alpha .*Get, Watch, Send, Talk/);
    expect(diagnostics[0]?.locations[0]?.file).toBe('t.proto');
    expect(surface?.routes.filter(({ transport }) => transport === undefined)).toHaveLength(5);
  });

  test('a backend for no service is a warning', () => {
    expect(build({ backends: [backend('*'), backend('u.v1.*'), backend('t.v1.Alph')] }).codes).toEqual([
      'warning BACKEND_UNUSED',
      'warning BACKEND_UNUSED',
    ]);
    expect(build({ backends: [backend('*'), backend('t.v1.Silent')] }).codes).toEqual([]);
  });

  test('nothing to serve is a warning', () => {
    const empty = surfaceProtos('message Thing { } service Silent { rpc Get(Thing) returns (Thing); }');
    expect(build({}, empty).codes).toEqual(['warning ROUTES_NONE']);
  });

  test('an error leaves no surface and no channel, and everything is reported at once', () => {
    const broken = surfaceProtos(`message Thing { string name = 1; }
      service Alpha {
        rpc Get(Thing) returns (Thing) { option (google.api.http) = { get: "/{nothing}" }; }
        rpc Put(Thing) returns (Thing) { option (google.api.http) = { put: "no-slash" }; }
        rpc Fine(Thing) returns (Thing) { option (google.api.http) = { get: "/fine" }; }
      }`);
    const { surface, codes, channels } = build({ backends: [backend('*'), backend('x.Y')] }, broken);
    expect(surface === undefined).toBe(true);
    expect(codes).toEqual(
      expect.arrayContaining(['error HTTP_RULE_FIELD', 'error HTTP_RULE_TEMPLATE', 'warning BACKEND_UNUSED']),
    );
    expect(channels.held).toEqual([]);
  });

  test('equal templates: a warning, or an error where they are refused', () => {
    const twice = surfaceProtos(`message Thing { string name = 1; }
      service Alpha {
        rpc One(Thing) returns (Thing) { option (google.api.http) = { get: "/x/{name}" }; }
        rpc Two(Thing) returns (Thing) { option (google.api.http) = { get: "/x/*" }; }
      }`);
    expect(build({}, twice).codes).toEqual(['warning HTTP_RULE_CONFLICT']);
    const refused = build({ conflicts: 'refuse' }, twice);
    expect(refused.codes).toEqual(['error HTTP_RULE_CONFLICT']);
    expect(refused.surface === undefined).toBe(true);
  });

  test('channels are retained for what is served, and released once', () => {
    const { channels, release } = build({
      backends: [backend('t.v1.Alpha'), backend('*', '127.0.0.1:2'), backend('t.v1.Silent', '127.0.0.1:3')],
    });
    expect(channels.held).toHaveLength(2);
    release();
    expect(channels.held).toHaveLength(0);
    release();
    expect(channels.held).toHaveLength(0);
  });

  const selectors: readonly (readonly [selectors: readonly string[], wins: string])[] = [
    [['*'], '*'],
    [['*', 't.*'], 't.*'],
    [['t.v1.*', 't.*', '*'], 't.v1.*'],
    [['t.v1.Alpha', 't.v1.*'], 't.v1.Alpha'],
    [['t.v1.Alpha.*', 't.v1.*'], 't.v1.Alpha.*'],
    [['t.v1.Alpha', 't.v1.Alpha.Get', '*'], 't.v1.Alpha.Get'],
    [['*', 't.v.*', 't.v1.Alph', 't.v1.Alpha.Ge', 'Alpha', 't'], '*'],
  ];
  test.each(selectors)('the most specific of %j is %s', (all, wins) => {
    const timeouts = all.map((selector, index) => ({ selector, timeoutMs: index + 1 }));
    expect(build({ timeouts }).surface?.routes[0]?.timeoutMs).toBe(all.indexOf(wins) + 1);
  });

  test('of two equal selectors the later wins', () => {
    const timeouts = [
      { selector: '*', timeoutMs: 1 },
      { selector: '*', timeoutMs: 2 },
    ];
    expect(build({ timeouts }).surface?.routes[0]?.timeoutMs).toBe(2);
  });

  test('a field whose JSON name is the proto name of another is refused', () => {
    const clash =
      surfaceProtos(`message Thing { string a = 1 [json_name = "b_c"]; string b_c = 2 [json_name = "x"]; }
      service Alpha { rpc Get(Thing) returns (Thing) { option (google.api.http) = { get: "/x" }; } }`);
    expect(build({}, clash).codes).toContain('error FIELD_NAME_CLASH');
  });

  test('statusJson prints the details of known types, and keeps unknown ones', () => {
    const details = [
      { typeUrl: 'type.googleapis.com/t.v1.Thing', value: Uint8Array.of(0x0a, 1, 0x78) },
      { typeUrl: 'type.googleapis.com/u.Unknown', value: Uint8Array.of(1) },
      { typeUrl: 'type.googleapis.com/google.rpc.RequestInfo', value: Uint8Array.of(0x0a, 1, 0x72) },
      { typeUrl: 'type.googleapis.com/t.v1.Thing', value: Uint8Array.of(0x0a, 9) },
      errorInfo('PATH_VALUE'),
    ];
    const bytes = build().surface?.statusJson({ code: 9, message: 'm', details });
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({
      code: 9,
      message: 'm',
      details: [
        { '@type': 'type.googleapis.com/t.v1.Thing', name: 'x' },
        { '@type': 'type.googleapis.com/u.Unknown', value: 'AQ==' },
        { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'r' },
        { '@type': 'type.googleapis.com/t.v1.Thing', value: 'Cgk=' },
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'PATH_VALUE', domain: 'propylon' },
      ],
    });
  });

  test('summarize is the surface as plain data', () => {
    const { surface } = build({ backends: [backend('t.v1.Alpha', 'localhost:8080')] });
    const summary = surface && summarize(surface);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    expect(summary?.slice(0, 2)).toMatchObject([
      {
        httpMethod: 'GET',
        path: '/alpha/{name}',
        method: 't.v1.Alpha.Get',
        shape: 'unary',
        body: '',
        responseBody: '',
        file: 't.proto',
      },
      { httpMethod: 'POST', path: '/alpha', method: 't.v1.Alpha.Get', body: '*', responseBody: 'other' },
    ]);
    expect(summary?.[0]?.target).toContain('localhost:8080');
    expect(summary?.[0]?.line).toBeGreaterThan(10);
    expect(summary?.[4]?.body).toBe('other');
    expect(summary?.[5]).not.toHaveProperty('target');
  });

  test('a field to hash on that no request has is reported once for its backend', () => {
    const placed = (field: string) => {
      const options = { target: 'dns:///a:1', balancer: 'ring_hash', hashOn: { field } } as const;
      const parsed = parseUpstream(options);
      if ('problem' in parsed) throw new Error(parsed.problem);
      const image = surfaceProtos(`
        message M { string name = 1; }
        service S {
          rpc A(M) returns (M) { option (google.api.http) = { get: "/a" }; }
          rpc B(M) returns (M) { option (google.api.http) = { get: "/b" }; }
        }`);
      const { diagnostics } = buildSurface(
        surfaceInput(image, { backends: [{ selector: '*', upstream: parsed }] }),
        fakeChannels(),
      );
      return diagnostics.map(({ code }) => code);
    };
    expect(placed('name')).toEqual([]);
    expect(placed('nmae')).toEqual(['HASH_FIELD_UNKNOWN']);
  });
});
