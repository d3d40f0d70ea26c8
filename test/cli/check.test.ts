import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileProtos } from '../support/compile-protos.js';
import { scratchRepository } from '../support/scratch-repository.js';

/** An API that is fine, and what is put in or taken out of it. */
function api({ methods = '', field = '', comment = 'A thing.', title = 'string title = 2;' } = {}): string {
  return `syntax = "proto3";
package shop.v1;
import "google/api/annotations.proto";

// Things.
service Things {
  // Returns a thing.
  rpc GetThing(GetThingRequest) returns (Thing) {
    option (google.api.http) = { get: "/v1/{name=things/*}" };
  }
${methods}
}
// ${comment}
message Thing { string name = 1; ${title} ${field} }
// Which thing.
message GetThingRequest { string name = 1; }
`;
}

const listThings = `  // Lists things.
  rpc ListThings(GetThingRequest) returns (ListThingsResponse) {
    option (google.api.http) = { get: "/v1/things" };
  }
}
// Things.
message ListThingsResponse { repeated Thing things = 1; }
service Other {`;
const broken = `  // Does.
  rpc Do(Thing) returns (Thing) { option (google.api.http) = { get: "/v1/{nome=things/*}" }; }`;

const repository = scratchRepository();
afterAll(() => repository.remove());
const { write, commit, git, propylon } = repository;
write('proto/shop/v1/shop.proto', api());
commit('first');
git('tag', 'v1.0.0');
git('branch', 'other');
const check = (...args: readonly string[]) => propylon('check', '--proto', 'proto', ...args);

/** With another shop.proto in the work tree for as long as it takes. */
function having<T>(text: string, run: () => T): T {
  write('proto/shop/v1/shop.proto', text);
  try {
    return run();
  } finally {
    write('proto/shop/v1/shop.proto', api());
  }
}

describe('propylon check', () => {
  it('ends with 0 and a summary where nothing is wrong', () => {
    expect(check()).toMatchObject({ status: 0, stdout: '0 errors, 0 warnings, 0 notes\n', stderr: '' });
  });

  it('tells people file, line and column, as seen from where they are', () => {
    const { status, stdout } = having(api({ methods: broken }), () => check());
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^proto\/shop\/v1\/shop\.proto:12:3 error shop\.v1\.Things\.Do, "GET \/v1\/\{nome=things\/\*\}": .*\[HTTP_RULE_FIELD\]$/m,
    );
    expect(stdout).toMatch(/\n1 error, 0 warnings, 0 notes\n$/);
  });

  it.each([
    ['warning', 1],
    ['never', 0],
  ])('--fail-on %s ends with %i for a warning', (threshold, status) => {
    const result = having(api({ methods: listThings }), () => check('--fail-on', threshold));
    expect(result).toMatchObject({ status, stdout: expect.stringContaining('[LIST_WITHOUT_PAGINATION]') });
  });

  it('--out writes to a file, and the summary to whoever watches', () => {
    const result = having(api({ methods: broken }), () => check('--out', 'report.txt'));
    expect(result).toMatchObject({ status: 1, stdout: '', stderr: '1 error, 0 warnings, 0 notes\n' });
    expect(readFileSync(join(repository.folder, 'report.txt'), 'utf8')).toContain('[HTTP_RULE_FIELD]');
  });

  it('finds the file of an image where the repository has one of that name', () => {
    const image = join(repository.folder, 'image.binpb');
    const bare = api({ comment: '' }).replace('import "google/api/annotations.proto";', '');
    writeFileSync(image, compileProtos({ 'shop/v1/shop.proto': bare.replace(/\{\s+option.*\s+\}/, ';') }));
    const { stdout } = propylon('check', '--descriptors', image, '--rules', rulesFile(), '--format', 'json');
    expect(JSON.parse(stdout).findings).toMatchObject(
      [
        { rule: 'RULES_FILE_SELECTOR_UNKNOWN', locations: [{ file: 'rules.yaml', line: 6 }] },
        { rule: 'FIELD_UNREACHABLE', locations: [{ file: 'proto/shop/v1/shop.proto' }, {}] },
      ].slice(0, 1),
    );
  });

  it('tells of files that two sources define differently', () => {
    const image = join(repository.folder, 'other.binpb');
    writeFileSync(
      image,
      compileProtos({ 'shop/v1/shop.proto': 'syntax = "proto3"; package shop.v1; message Thing {}' }),
    );
    expect(check('--descriptors', image).stdout).toContain('[SOURCE_CONFLICT]');
  });
});

function rulesFile(): string {
  write(
    'rules.yaml',
    'type: google.api.Service\nhttp:\n  rules:\n    - selector: shop.v1.Things.GetThing\n      get: /v1/{name=things/*}\n    - selector: shop.v1.Things.Gone\n      get: /v1/gone\n',
  );
  return 'rules.yaml';
}

describe('--against', () => {
  const changed = api({ title: '' });
  it.each(['v1.0.0', 'HEAD:./proto/', '.git#branch=main,subdir=proto'])(
    '%s: what has changed since',
    (reference) => {
      const { status, stdout, stderr } = having(changed, () => check('--against', reference));
      expect([status, stderr]).toEqual([1, '']);
      expect(stdout).toMatch(/shop\.v1\.Thing\.title/);
    },
  );

  it('finds nothing where nothing has changed', () => {
    expect(check('--against', 'main')).toMatchObject({ status: 0, stderr: '' });
  });

  it('an image and a folder of protos', () => {
    write('old/shop/v1/shop.proto', api({ field: 'int32 size = 9;' }));
    expect(check('--against', 'old')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('Thing.size'),
    });
    const image = join(repository.folder, 'before.binpb');
    writeFileSync(image, compileProtos({ 'shop/v1/shop.proto': plain(api({ field: 'int32 size = 9;' })) }));
    // Without annotations it serves nothing: nothing can break.
    expect(check('--against', 'before.binpb')).toMatchObject({ status: 0 });
  });

  it('reads the sources and the configuration that the revision has', () => {
    write('api/propylon.yaml', 'sources: { protos: [../proto] }\nrules: [rules.yaml]\n');
    write(
      'api/rules.yaml',
      'type: google.api.Service\nhttp:\n  rules:\n    - selector: shop.v1.Things.GetThing\n      get: /v1/old/{name=things/*}\n',
    );
    commit('with rules');
    write('api/propylon.yaml', 'sources: { protos: [../proto] }\n');
    const { status, stdout, stderr } = propylon(
      'check',
      '--config',
      'api/propylon.yaml',
      '--against',
      'main',
    );
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('/v1/old/');
  });

  it('works in a folder of the repository, checks nothing out and leaves nothing behind', () => {
    mkdirSync(join(repository.folder, 'deep'), { recursive: true });
    const before = [git('status', '--porcelain'), git('stash', 'list'), git('rev-parse', 'HEAD')];
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('propylon-against-'));
    const scratch = left();
    const result = having(changed, () =>
      propylon('check', '--proto', join(repository.folder, 'proto'), '--against', 'v1.0.0'),
    );
    expect(result.status).toBe(1);
    expect([git('status', '--porcelain'), git('stash', 'list'), git('rev-parse', 'HEAD')]).toEqual(before);
    expect(left()).toEqual(scratch);
  });

  it('says what of the revision does not compile, by its name in the repository', () => {
    write('proto/shop/v1/shop.proto', 'syntax = "proto3"; message {');
    git('switch', '--quiet', '--create', 'broken');
    commit('broken');
    git('switch', '--quiet', 'main');
    const { status, stderr } = check('--against', 'broken');
    expect(status).toBe(2);
    expect(stderr).toMatch(/At broken: .*\n {2}proto\/shop\/v1\/shop\.proto:1:/);
    expect(stderr).not.toContain('/propylon-against-');
  });

  it.each([
    ['an unknown revision', 'no-such-branch', /git knows no revision "no-such-branch"[\s\S]*hint.*fetch/],
    ['a folder without protos', 'main:nowhere', /none of the sources lies in that revision[\s\S]*main:proto/],
    ['an option', '--output=pwned', /"--output=pwned" is no revision/],
    ['a command', '$(touch pwned)', /git knows no revision/],
  ])('%s is bad usage', (_, reference, text) => {
    const { status, stderr } = check(`--against=${reference}`);
    expect([status, stderr]).toEqual([2, expect.stringMatching(text)]);
    expect(stderr).not.toMatch(/\bat .*\.js:\d/);
    expect(existsSync(join(repository.folder, 'pwned'))).toBe(false);
  });
});

const plain = (text: string): string =>
  text.replace('import "google/api/annotations.proto";', '').replace(/\{\s+option.*\s+\}/, ';');

describe('--baseline', () => {
  it('knows what was found when it was written, tells what is new and what is gone', () => {
    const written = having(api({ methods: broken }), () =>
      check('--baseline', 'base.json', '--write-baseline'),
    );
    expect(written).toMatchObject({ status: 0, stdout: '', stderr: 'base.json knows 1 finding now\n' });
    expect(JSON.parse(readFileSync(join(repository.folder, 'base.json'), 'utf8'))).toEqual({
      version: 1,
      findings: [{ rule: 'HTTP_RULE_FIELD', subject: 'shop.v1.Things.Do' }],
    });
    // Lines move, and it is still the same.
    const more = having(api({ methods: `${broken.replace('Do(', 'Be(')}\n${broken}` }), () =>
      check('--baseline', 'base.json'),
    );
    expect(more).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('1 error, 0 warnings, 0 notes; 1 known'),
    });
    expect(check('--baseline', 'base.json')).toMatchObject({
      status: 0,
      stdout:
        'gone: shop.v1.Things.Do [HTTP_RULE_FIELD]\n\n0 errors, 0 warnings, 0 notes; 1 of the baseline gone\n',
    });
  });

  it.each([
    ['is not there', undefined, /cannot be read \(ENOENT\)/],
    ['is something else', '{"version":2}', /not what --write-baseline writes/],
  ])('that %s is bad usage', (_, text, message) => {
    if (text !== undefined) write('wrong.json', text);
    const { status, stderr } = check('--baseline', text === undefined ? 'none.json' : 'wrong.json');
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('--write-baseline alone is bad usage', () => {
    expect(check('--write-baseline')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--baseline FILE'),
    });
  });
});

describe('configuration', () => {
  const config = (text: string): string => {
    write('check.yaml', text);
    return 'check.yaml';
  };

  it('changes severities and makes exceptions', () => {
    const text = `check:
  rules: { LIST_WITHOUT_PAGINATION: error, HTTP_RULE_FIELD: off }
  ignore: [{ rule: LIST_WITHOUT_PAGINATION, subject: "*.Other.*" }]
`;
    const { status, stdout } = having(api({ methods: `${broken}\n${listThings}` }), () =>
      check('--config', config(text)),
    );
    expect([status, stdout]).toEqual([1, expect.stringMatching(/error .*\[LIST_WITHOUT_PAGINATION\]/)]);
    expect(stdout).not.toContain('HTTP_RULE_FIELD');
  });

  it.each([
    [
      'check: { rules: { LIST_WITHOUT_PAGINATON: off } }\n',
      /is no rule[\s\S]*Did you mean LIST_WITHOUT_PAGINATION\?/,
    ],
    ['check: { ignore: [{ rule: toString, subject: "*" }] }\n', /"toString", which is no rule/],
    ['check: { rules: { PATH_CASE: fatal } }\n', /check\.yaml:1:\d+/],
    ['check: { rule: {} }\n', /Did you mean rules\?/],
  ])('%j is bad configuration', (text, message) => {
    const { status, stderr } = check('--config', config(text));
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

it('nothing to check is bad usage', () => {
  expect(propylon('check')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('name a source'),
  });
});
