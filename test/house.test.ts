import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { version } from '../src/version.js';

/** The rules of docs/architecture.md that a program can see. */

const root = fileURLToPath(new URL('../', import.meta.url));
const src = join(root, 'src');

const floorOf: Readonly<Record<string, number>> = {
  status: 0,
  diagnostic: 0,
  'limits.ts': 0,
  'cancel-signal.ts': 0,
  'clock.ts': 0,
  'crossing-names.ts': 0,
  'duration.ts': 0,
  'grouped.ts': 0,
  'headers.ts': 0,
  'nearest.ts': 0,
  'pause.ts': 0,
  'replay-defaults.ts': 0,
  'regular-file.ts': 0,
  'renewed-files.ts': 0,
  'shared-part.ts': 0,
  'steps.ts': 0,
  'trace-fields.ts': 0,
  'version.ts': 0,
  descriptor: 1,
  telemetry: 1,
  httprule: 2,
  codec: 2,
  upstream: 2,
  gate: 2,
  surface: 3,
  gateway: 4,
  config: 4,
  contract: 4,
  mock: 5,
  replay: 4,
  server: 5,
  demo: 6,
  cli: 6,
  plugin: 6,
  serverless: 6,
  'index.ts': 6,
};

/** Third-party package (or its prefix) → where it may be imported, relative to src/. */
const doors: Readonly<Record<string, readonly string[]>> = {
  hono: ['server/', 'demo/', 'index.ts'],
  '@hono/node-server': ['server/'],
  ws: ['server/websocket.ts'],
  '@grpc/grpc-js-xds': ['upstream/grpcjs/xds.ts'],
  '@grpc/grpc-js': ['upstream/grpcjs/', 'demo/', 'telemetry/tracing/exporter.ts'],
  '@grpc/proto-loader': ['demo/'],
  '@grpc/reflection': ['demo/'],
  'grpc-health-check': ['demo/'],
  '@bufbuild/protoplugin': ['plugin/'],
  '@bufbuild/protobuf': [
    'descriptor/',
    'codec/',
    'demo/',
    'gate/authz/',
    'gate/cel/',
    'gate/validate/',
    'mock/',
    'plugin/',
  ],
  jose: ['gate/auth/'],
  ioredis: ['gate/redis.ts', 'gate/redis-settings.ts'],
  'lru-cache': ['gate/'],
  'ipaddr.js': ['gate/address/'],
  '@bufbuild/cel': ['gate/authz/', 'gate/cel/'],
  '@bufbuild/cel-spec': ['gate/cel/'],
  '@bufbuild/protovalidate': ['descriptor/validate-proto.ts', 'gate/validate/'],
  '@opentelemetry': ['telemetry/tracing/'],
  yaml: ['config/', 'contract/', 'httprule/rules-file.ts', 'gate/auth/api-key/key-file.ts'],
  pino: ['telemetry/log/log.ts'],
  zod: [
    'config/',
    'gate/',
    'telemetry/tracing/options.ts',
    'httprule/rules-file.ts',
    'telemetry/',
    'upstream/options.ts',
    'upstream/service-config.ts',
    'upstream/resolver/txt.ts',
    'telemetry/metrics/options.ts',
    'replay/exchange.ts',
  ],
  commander: ['cli/'],
  'prom-client': ['telemetry/metrics/exposition.ts'],
};

/** Sockets of Node → who may open them: everybody else sends bytes through a room that does. */
const socketDoors: Readonly<Record<string, readonly string[]>> = {
  'node:net': ['server/', 'upstream/'],
  'node:tls': ['server/', 'upstream/'],
  'node:http2': ['server/'],
};

interface SourceFile {
  /** Relative to src/, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sourceFiles(directory: string): SourceFile[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const text = readFileSync(join(directory, name), 'utf8');
      const statements = text.matchAll(
        /^\s*(?:import|export)\b[^;'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
      );
      return {
        path: name.replaceAll('\\', '/'),
        text,
        imports: [...statements].map((m) => m[1] ?? m[2] ?? m[3] ?? ''),
      };
    });
}

const files = sourceFiles(src);
const production = files.filter((f) => !/\.(test|contract|fuzz)\.ts$/.test(f.path));
const roomOf = (path: string): string => path.split('/')[0] ?? path;

/** A relative import as a path below src/, or undefined when it leaves src/. */
function target(file: SourceFile, specifier: string): string | undefined {
  const path = relative(src, resolve(src, dirname(file.path), specifier)).replaceAll('\\', '/');
  return path.startsWith('..') ? undefined : path.replace(/\.js$/, '.ts');
}

function findings(check: (file: SourceFile, specifier: string) => string | undefined): string[] {
  return production.flatMap((file) =>
    file.imports.flatMap((specifier) => {
      const problem = check(file, specifier);
      return problem === undefined ? [] : [`src/${file.path} imports ${specifier}: ${problem}`];
    }),
  );
}

describe('the rules of the house', () => {
  it('sees the files it judges', () => {
    expect(production.length).toBeGreaterThan(50);
    expect(
      findings((_, specifier) => (specifier.startsWith('.') ? 'seen' : undefined)).length,
    ).toBeGreaterThan(100);
  });

  it('every room stands on a floor', () => {
    expect(
      [...new Set(production.map((f) => roomOf(f.path)))].filter((room) => floorOf[room] === undefined),
    ).toEqual([]);
  });

  it('arrows point down: a file imports from lower floors and its own room only', () => {
    expect(
      findings((file, specifier) => {
        if (!specifier.startsWith('.')) return undefined;
        const to = target(file, specifier);
        if (to === undefined || roomOf(to) === roomOf(file.path)) return undefined;
        if (roomOf(to) === 'demo') {
          return file.path === 'cli/demo-shop.ts' ? undefined : 'only cli/demo-shop.ts may start the demo';
        }
        const [from = 0, below = 0] = [floorOf[roomOf(file.path)], floorOf[roomOf(to)]];
        return below < from || (from === 0 && below === 0) ? undefined : 'sideways or up';
      }),
    ).toEqual([]);
  });

  it('a room is entered by its door, index.ts', () => {
    expect(
      findings((file, specifier) => {
        if (!specifier.startsWith('.')) return undefined;
        const to = target(file, specifier);
        if (to === undefined || roomOf(to) === roomOf(file.path) || !to.includes('/')) return undefined;
        return to === `${roomOf(to)}/index.ts` ? undefined : 'not through the door';
      }),
    ).toEqual([]);
  });

  it('a third-party package is imported behind one door', () => {
    expect(
      findings((file, specifier) => {
        if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
        const name = Object.keys(doors).find((p) => specifier === p || specifier.startsWith(`${p}/`));
        if (name === undefined) return 'the package has no door in test/house.test.ts';
        return doors[name]?.some((door) => file.path === door || file.path.startsWith(door))
          ? undefined
          : 'wrong door';
      }),
    ).toEqual([]);
  });

  it('sockets are opened by the server and towards upstreams', () => {
    expect(
      findings((file, specifier) => {
        const allowed = socketDoors[specifier];
        return allowed === undefined || allowed.some((door) => file.path.startsWith(door))
          ? undefined
          : 'wrong door';
      }),
    ).toEqual([]);
  });

  it('generated code is imported by the demo alone', () => {
    expect(
      findings((file, specifier) =>
        specifier.startsWith('.') && target(file, specifier) === undefined && roomOf(file.path) !== 'demo'
          ? 'leaves src/'
          : undefined,
      ),
    ).toEqual([]);
  });

  it('no file is an orphan: each is reached from the library or the command line', () => {
    const byPath = new Map(production.map((f) => [f.path, f]));
    const reached = new Set<string>();
    const visit = (path: string): void => {
      const file = byPath.get(path);
      if (file === undefined || reached.has(path)) return;
      reached.add(path);
      for (const specifier of file.imports) {
        const to = specifier.startsWith('.') ? target(file, specifier) : undefined;
        if (to !== undefined) visit(to);
      }
    };
    visit('index.ts');
    visit('cli/main.ts');
    visit('plugin/main.ts');
    for (const platform of ['aws-lambda', 'azure', 'google-cloud']) visit(`serverless/${platform}.ts`);
    expect(production.map((f) => f.path).filter((path) => !reached.has(path))).toEqual([]);
  });

  it('a door holds re-exports only', () => {
    const doorFiles = production.filter((f) => /^[^/]+\/index\.ts$/.test(f.path));
    expect(doorFiles.length).toBeGreaterThan(5);
    for (const door of doorFiles) {
      const rest = door.text
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/export\s+(type\s+)?(\{[^}]*\}|\*)\s+from\s+'[^']+';/g, '');
      expect(rest.trim(), `src/${door.path}`).toBe('');
    }
  });

  it('the version is that of package.json', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ version });
  });

  it('nothing is exported by default, and nothing is called utils', () => {
    expect(production.filter((f) => /^export default/m.test(f.text)).map((f) => f.path)).toEqual([]);
    expect(
      production
        .filter((f) => /(^|\/)(utils?|helpers?|types|common)(\.ts|\/)/.test(f.path))
        .map((f) => f.path),
    ).toEqual([]);
  });
});
