import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** The gateway as its users run it: a process of its own, started by the command line. */
export interface PropylonProcess {
  /** "http://127.0.0.1:PORT" */
  readonly url: string;
  readonly adminUrl: string;
  readonly pid: number;
  /** Everything printed so far, both streams. */
  output(): string;
  /** What was printed to standard error so far. */
  errors(): string;
  /** Resolves once the text was printed. */
  printed(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  readonly exited: Promise<number | null>;
  /** SIGTERM, and wait for the end. */
  stop(): Promise<void>;
}

/** Runs `propylon serve`, or another command that serves, on free ports and waits until it listens. Throws with its output when it ends instead. */
export async function startPropylon(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  command: 'serve' | 'mock' = 'serve',
): Promise<PropylonProcess> {
  if (!existsSync(main)) throw new Error('dist/ is missing: run "npm run build" first ("npm test" does)');
  const child = spawn(process.execPath, [main, command, ...args, '--port', '0', '--admin-port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  let output = '';
  let errors = '';
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const waiting = new Set<() => void>();
  const ready = new Promise<RegExpExecArray>((resolve) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const line = /listening (https?:\/\/\S+) admin (http:\/\/\S+)/.exec(output);
      if (line !== null) resolve(line);
      for (const look of waiting) look();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
      read(chunk);
    });
  });
  const first = await Promise.race([ready, exited]);
  if (!Array.isArray(first)) throw new Error(`propylon ${command} ended with ${String(first)}:\n${output}`);
  const [, url = '', adminUrl = ''] = first;
  return {
    url,
    adminUrl,
    pid: child.pid ?? 0,
    output: () => output,
    errors: () => errors,
    printed: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (output.includes(text)) resolve();
        };
        waiting.add(look);
        look();
      }),
    signal: (name) => child.kill(name),
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
