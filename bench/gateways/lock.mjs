// A turn among others who measure or build on the same machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Longer than the others have to wait for each other. */
const turnMs = 200_000;

/**
 * Turns at what flock(1) guards with a file: `take` waits for one, unless it has one; `pass` gives it to the others
 * if it has lasted long enough. Without a file there is nobody to wait for.
 */
export function turnsAt(file) {
  let release;
  let since = 0;
  return {
    async take() {
      if (file === undefined || release !== undefined) return;
      release = await hold(file);
      since = performance.now();
    },
    pass({ last }) {
      if (release === undefined || (!last && performance.now() - since < turnMs)) return;
      release();
      release = undefined;
    },
  };
}

async function hold(file) {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  return () => holder.stdin.end();
}
