import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { schemaProblems } from '../support/ci-schemas.js';
import { scratchRepository } from '../support/scratch-repository.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const template = (name: string) => parse(readFileSync(join(root, 'templates', name), 'utf8'));
const workflow = template('github-actions.yml');
const pipeline: Readonly<Record<string, Job>> = template('gitlab-ci.yml');

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly if?: string;
}
interface Job {
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
}

const githubSchema = schemaProblems('github-workflows');
it.skipIf(githubSchema === undefined)('the workflow is what the schema of GitHub says', () => {
  expect(githubSchema?.(workflow)).toEqual([]);
  expect(githubSchema?.({ ...workflow, jobs: { api: { steps: [{ runs: 'x' }] } } })).not.toEqual([]);
});

const gitlabSchema = schemaProblems('gitlab-ci');
it.skipIf(gitlabSchema === undefined)('the pipeline is what the schema of GitLab says', () => {
  expect(gitlabSchema?.(pipeline)).toEqual([]);
  expect(gitlabSchema?.({ ...pipeline, x: { script: [1] } })).not.toEqual([]);
});

it('no expression of GitHub stands in a command: what a pull request is called cannot run', () => {
  for (const { run = '' } of workflow.jobs.api.steps) expect(run).not.toContain('${{');
});

/** What a registry would have installed: the programs of this repository, by npx. */
const programs = mkdtempSync(join(tmpdir(), 'programs-'));
afterAll(() => rmSync(programs, { recursive: true, force: true }));
const buf = join(root, 'node_modules/@bufbuild/buf/bin/buf');
const node = (file: string): string => `exec "${process.execPath}" "${file}" "$@"`;
for (const [name, text] of Object.entries({
  npm: '[ "$*" = ci ]',
  npx: 'program=$1; shift; exec "$program" "$@"',
  buf: node(buf),
  propylon: node(join(root, 'dist/src/cli/main.js')),
  'protoc-gen-propylon': node(join(root, 'dist/src/plugin/main.js')),
})) {
  writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(programs, name), 0o755);
}

/** The demo's protos in a repository of their own, and what they import beside them. */
const repository = scratchRepository();
afterAll(() => repository.remove());
const inside = (path: string): string => join(repository.folder, path);
cpSync(join(root, 'proto'), inside('proto'), { recursive: true });
const imported = readdirSync(inside('proto'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.proto'))
  .flatMap((name) => [
    ...readFileSync(inside(join('proto', name)), 'utf8').matchAll(
      /^import "(google\/(?:api|rpc|type)\/.*)";/gm,
    ),
  ])
  .map(([, name = '']) => name);
for (const name of new Set([...imported, 'google/api/http.proto'])) {
  const to = inside(join('third_party', name));
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(root, 'node_modules/google-gax/build/protos', name), to);
}
cpSync(join(root, '.cache/protos/buf'), inside('third_party/buf'), { recursive: true });
repository.write(
  'buf.yaml',
  'version: v2\nmodules:\n  - path: proto\n  - path: third_party\n    lint: { ignore: [third_party] }\nlint:\n  use: [STANDARD]\n  except: [RPC_REQUEST_RESPONSE_UNIQUE, RPC_RESPONSE_STANDARD_NAME]\n',
);
repository.write(
  'buf.gen.yaml',
  'version: v2\ninputs: [{ directory: proto }]\nplugins: [{ local: protoc-gen-propylon, out: gen, strategy: all }]\n',
);

function shell(
  text: string,
  env: NodeJS.ProcessEnv = {},
): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', text], {
    cwd: repository.folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', PATH: `${programs}${delimiter}${process.env['PATH']}`, ...env },
  });
  return { status, output: stdout + stderr };
}

const generate = (): void => {
  const { status, output } = shell('npx buf generate');
  if (status !== 0) throw new Error(output);
};
generate();
repository.commit('as it was');
const base = repository.git('rev-parse', 'HEAD').trim();

const catalog = 'proto/shop/catalog/v1/catalog.proto';
/** What is changed in the catalog, whether what is generated follows, and the step that says no. */
type Change = readonly [what: string, from: string, to: string, generated: boolean, fails: string];
const unseen: Change = [
  'another path, which gRPC clients do not see',
  'get: "/v1/brands"',
  'get: "/v1/makers"',
  true,
  'Check the REST API, and find what breaks its clients',
];
const changes: readonly Change[] = [
  [
    'a new field',
    'string etag = 20;',
    'string etag = 20;\n  // Where it is made.\n  string origin = 99;',
    true,
    '',
  ],
  ['a badly named enum value', 'CATEGORY_CLOTHING', 'CLOTHES', true, 'Lint protos'],
  ['another type of a field', 'int32 total_size', 'string total_size', true, 'Find what breaks gRPC clients'],
  [
    'a comment',
    '// Returns one product.',
    '// One product.',
    false,
    'See whether what is generated is up to date',
  ],
  unseen,
];

/** Commits a change for as long as it takes. */
function having<T>([what, from, to, generated]: Change, run: () => T): T {
  const text = readFileSync(inside(catalog), 'utf8');
  if (!text.includes(from)) throw new Error(`${catalog} has no ${from}`);
  repository.write(catalog, text.replace(from, to));
  if (generated) generate();
  repository.commit(what);
  try {
    return run();
  } finally {
    repository.git('reset', '--quiet', '--hard', base);
    repository.git('clean', '--quiet', '--force');
  }
}

/** Each runs half a dozen programs. */
const timeout = 60_000;

describe('the workflow for GitHub', { timeout }, () => {
  const steps: readonly Step[] = workflow.jobs.api.steps;

  it.each(changes)('%s', (...change) => {
    having(change, () => {
      let failed = '';
      for (const { name = '', run, if: when = '' } of steps) {
        if (run === undefined || (failed !== '' && !when.startsWith('always()'))) continue;
        const { status, output } = shell(run);
        if (status !== 0) {
          expect(failed, output).toBe('');
          failed = name;
        }
      }
      expect(failed).toBe(change[4]);
      expect(JSON.parse(readFileSync(inside('propylon.sarif'), 'utf8')).version).toBe('2.1.0');
    });
  });
});

it('the pipeline for GitLab lets buf pass what buf cannot see, and stops at the REST API', {
  timeout,
}, () => {
  const jobs = Object.entries(pipeline).filter(([name]) => !name.startsWith('.'));
  const before = pipeline['.api']?.before_script ?? [];
  having(unseen, () => {
    const failed = jobs.filter(([, { script = [] }]) => {
      const text = [...before, ...script].join('\n');
      return shell(text, { CI_MERGE_REQUEST_DIFF_BASE_SHA: base }).status !== 0;
    });
    expect(failed.map(([name]) => name)).toEqual(['propylon check']);
    const entries: readonly { readonly severity: string }[] = JSON.parse(
      readFileSync(inside('propylon.json'), 'utf8'),
    );
    expect(entries.some(({ severity }) => severity === 'major')).toBe(true);
  });
});
