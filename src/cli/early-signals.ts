import { exitCode } from './exit-code.js';

/** Signals that ask for something else than the end, which they would be by themselves. */
export type Request = 'SIGHUP' | 'SIGUSR2';

/** Says what a signal asks for; one that has come before is acted on now. */
export type OnRequest = (name: Request, act: () => void) => void;

/**
 * Keeps signals that come while a process starts from ending it: whoever writes a configuration and sends SIGHUP does not
 * know how far it is. The first process of a container (PID 1) has no default for SIGTERM, and would not end at all.
 */
export function earlySignals(): OnRequest {
  const came = new Set<Request>();
  const notes = new Map<Request, () => void>();
  for (const name of ['SIGHUP', 'SIGUSR2'] as const) {
    const note = (): void => void came.add(name);
    notes.set(name, note);
    process.on(name, note);
  }
  const end = (): never => process.exit(exitCode.interrupted);
  if (process.pid === 1) process.on('SIGTERM', end).on('SIGINT', end);
  return (name, act) => {
    process.off('SIGTERM', end).off('SIGINT', end);
    const note = notes.get(name);
    if (note !== undefined) process.off(name, note);
    process.on(name, act);
    if (came.delete(name)) act();
  };
}
