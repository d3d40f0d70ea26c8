import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../.cache/python', import.meta.url));

/** Whether `npm run interop:clients` has installed them; skips loudly, or fails where .ci/run wants them. */
export function hasPythonTools(what: string): boolean {
  if (existsSync(`${packages}/.installed`)) return true;
  const text = `${what} is not installed (npm run interop:clients)`;
  if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
  console.warn(`\nSKIPPED: ${text}; it does not run against the demo\n`);
  return false;
}

/** Runs Python with the installed packages, for `timeout` ms; resolves with the exit code and everything that was printed. */
export function runPython(
  args: readonly string[],
  { cwd, timeout }: { readonly cwd: string; readonly timeout: number },
): Promise<{ readonly code: number | null; readonly output: string }> {
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn('python3', args, { cwd, env, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
