// Runs a program that stays, and ends it as Ctrl-C does once it has said that it listens: what a page shows and does not
// use any further. Ends with 0, or as the program does where that ends first.
import { spawn } from 'node:child_process';

const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
let said = '';
let isAnnounced = false;
child.stdout.on('data', (chunk) => {
  process.stdout.write(chunk);
  said += chunk;
  if (isAnnounced || !/^listening .*\n/m.test(said)) return;
  isAnnounced = true;
  child.kill('SIGINT');
});
child.on('exit', (code) => {
  process.exitCode = isAnnounced ? 0 : (code ?? 1);
});
