// What a newcomer does: npm start, every printed curl line pasted into a shell, one bad request, Ctrl-C.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const problems = [];
// Its own process group, so that SIGINT reaches npm and the gateway as Ctrl-C does.
const child = spawn('npm', ['start', '--', '--port', '0', '--admin-port', '0'], {
  detached: true,
  stdio: ['ignore', 'pipe', 'pipe'],
});
let output = '';
child.stdout.on('data', (chunk) => {
  output += chunk;
});
child.stderr.on('data', (chunk) => {
  output += chunk;
});
const exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
const timer = setTimeout(() => {
  problems.push('did not finish within 120 s');
  process.kill(-child.pid, 'SIGKILL');
}, 120_000);

const ready = /listening (http:\/\/\S+) admin (http:\/\/\S+)/;
while (!ready.test(output) || !output.includes('curl ')) {
  const state = await Promise.race([
    exited,
    new Promise((resolve) => setTimeout(() => resolve(undefined), 100)),
  ]);
  if (state !== undefined) {
    console.error(output);
    console.error('npm start ended before it was ready');
    process.exit(1);
  }
}
await new Promise((resolve) => setTimeout(resolve, 500)); // the rest of the banner
const [, base] = ready.exec(output) ?? [];
const lines = output
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => /(^|\| ?)curl /.test(line));
if (lines.length < 5) problems.push(`only ${lines.length} curl lines were printed`);
for (const line of lines) {
  try {
    const { stdout } = await run('bash', ['-o', 'pipefail', '-c', line], {
      timeout: 20_000,
      encoding: 'buffer',
      cwd: process.env.TMPDIR ?? '/tmp',
    });
    console.log(
      `ok   ${line}\n     ${stdout
        .subarray(0, 100)
        .toString('latin1')
        .replace(/[^ -~]/g, '.')}`,
    );
  } catch (error) {
    problems.push(`${line}\n  ${error.message}`);
  }
}
const bad = await fetch(`${base}/v1/products?page_sise=3`);
if (bad.status !== 400 || !(await bad.text()).includes('page_sise'))
  problems.push('a misspelt query parameter is not a 400 that names it');
process.kill(-child.pid, 'SIGINT');
const { code, signal } = await exited;
clearTimeout(timer);
if (signal !== null && signal !== 'SIGINT') problems.push(`ended by ${signal}`);
if (code !== null && code !== 0 && code !== 130) problems.push(`exit code ${code}`);
for (const problem of problems) console.error(`FAIL ${problem}`);
if (problems.length > 0) console.error(output);
process.exit(problems.length === 0 ? 0 : 1);
