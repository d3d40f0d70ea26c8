// Processes of the bench: started, watched, measured through /proc, stopped.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

/**
 * Starts a program; resolves once a line of its output matches, rejects if it ends before. What it writes to
 * standard error goes to `errorFile`, if there is one.
 */
export async function start(program, args, readyLine, env = {}, errorFile = undefined) {
  const errors = errorFile === undefined ? 'pipe' : openSync(errorFile, 'w');
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', errors], env: { ...process.env, ...env } });
  if (errorFile !== undefined) closeSync(errors);
  let output = '';
  const ready = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      output = (output + chunk).slice(-10_000);
      const match = readyLine.exec(output);
      if (match !== null) resolve(match);
    };
    child.stdout.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', reject);
    child.on('exit', (code) => {
      const said = errorFile === undefined ? output : output + readFileSync(errorFile, 'utf8');
      reject(new Error(`${program} ended with ${code}: ${said.slice(-2_000)}`));
    });
  });
  return {
    pid: child.pid,
    ready,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs a program to its end and gives what it printed; rejects when it fails. */
export async function output(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr.slice(-2_000)}`);
  return stdout;
}

/** A process and all that it started: CPU microseconds (user and system) since they began, megabytes resident. */
export function usage(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const own = {
    // In ticks of 10 ms.
    cpuUs: (Number(fields[11]) + Number(fields[12])) * 10_000,
    residentMb: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024,
  };
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.map(usage).reduce(
    (sum, child) => ({
      cpuUs: sum.cpuUs + child.cpuUs,
      residentMb: sum.residentMb + child.residentMb,
    }),
    own,
  );
}
