import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startGrpcJsInteropServer } from './grpc-js.js';

/** A server of the interoperability tests while it runs, on 127.0.0.1. */
export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface InteropServer {
  readonly name: string;
  /** Parts of the case descriptions that not every server has. */
  readonly can: {
    /** Refuses a message whose compressed flag is not the one that its expect_compressed says. */
    readonly expectCompressed: boolean;
    /** Compresses the answer of a unary call that asks for it. */
    readonly compressUnary: boolean;
    /** Compresses those messages of a stream that were asked for so, and no others. */
    readonly compressMessages: boolean;
  };
  start(): Promise<RunningServer>;
}

const cached = (path: string): string =>
  fileURLToPath(new URL(`../../../../.cache/interop/${path}`, import.meta.url));
const goServer = cached('grpc-go-server');
const pythonPackages = cached('python/.installed').replace(/\/\.installed$/, '');

const grpcGo: InteropServer = {
  name: 'grpc-go',
  can: { expectCompressed: true, compressUnary: true, compressMessages: false },
  start: () => startProcess(spawn(goServer, { stdio: ['pipe', 'pipe', 'pipe'] })),
};

const grpcio: InteropServer = {
  name: 'grpcio',
  can: { expectCompressed: false, compressUnary: true, compressMessages: true },
  start: () =>
    startProcess(
      spawn('python3', [fileURLToPath(new URL('python/server.py', import.meta.url))], {
        // grpcio-tools compiles testing.proto when the server imports it, found on this path.
        env: {
          ...process.env,
          PYTHONPATH: `${pythonPackages}:${fileURLToPath(new URL('..', import.meta.url))}`,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    ),
};

const grpcJs: InteropServer = {
  name: 'grpc-js',
  can: { expectCompressed: false, compressUnary: false, compressMessages: false },
  start: startGrpcJsInteropServer,
};

/**
 * The servers that are here. One that was not installed is left out loudly; under PROPYLON_REQUIRE_SERVERS
 * (set by .ci/run) that is an error.
 */
export function interopServers(): readonly InteropServer[] {
  const found = [grpcJs];
  for (const [server, file] of [
    [grpcGo, goServer],
    [grpcio, pythonPackages],
  ] as const) {
    if (existsSync(file)) {
      found.push(server);
      continue;
    }
    const text = `the ${server.name} server is not in .cache/interop ("npm run interop:servers" puts it there)`;
    if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
    console.warn(`\nSKIPPED: ${text}; the interoperability tests against it do not run\n`);
  }
  return found;
}

/** A process that prints its port in one line and ends with its standard input. */
async function startProcess(child: ChildProcess): Promise<RunningServer> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exited = once(child, 'exit');
  if (child.stdout === null) throw new Error('the server has no standard output');
  const line = once(createInterface(child.stdout), 'line');
  const [first] = await Promise.race([line, exited]);
  if (typeof first !== 'string') throw new Error(`the server ended with ${String(first)}:\n${errors}`);
  return {
    port: Number(first),
    async stop() {
      child.stdin?.end();
      await exited;
    },
  };
}
