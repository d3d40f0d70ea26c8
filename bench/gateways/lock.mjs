// A turn among others who measure or build on the same machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Waits for flock(1) on a file; resolves with the release. Without a file there is nobody to wait for. */
export async function takeTurn(file) {
  if (file === undefined) return () => {};
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  return () => holder.stdin.end();
}
