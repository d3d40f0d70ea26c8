import type { ListenOptions } from '../server/index.js';
import { exitCode } from './exit-code.js';
import type { ListenFlags } from './flags/listen.js';

/** Says why a port cannot be had, and returns the exit code; throws what is another error. */
export function portTrouble(error: unknown): number {
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
  const what = code === 'EADDRINUSE' ? 'is taken by another program' : 'may not be used by this user';
  process.stderr.write(
    `Port ${port} of ${address} ${what}. Choose others with --port and --admin-port; 0 picks free ones.\n`,
  );
  return exitCode.failed;
}

/** Without what nobody has said, which would override a default. */
export function definedListen(
  listen: { [K in keyof ListenFlags]?: ListenFlags[K] | undefined },
): ListenOptions {
  return Object.fromEntries(Object.entries(listen).filter(([, value]) => value !== undefined));
}
