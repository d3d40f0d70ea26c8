import { newKey } from '../../gate/index.js';
import { exitCode } from '../exit-code.js';
import type { KeyFlags } from '../flags/key.js';

/** `propylon key new`: the key on one line of standard output, its entry on the next. */
export function key({ subject, scope, label, audience, expires }: KeyFlags): number {
  const labels = label?.map((text) => text.split(/=(.*)/s, 2));
  const made = newKey({
    subject,
    ...(scope === undefined ? {} : { scopes: [...scope] }),
    ...(labels === undefined ? {} : { labels: Object.fromEntries(labels) }),
    ...(audience === undefined ? {} : { audience }),
    ...(expires === undefined ? {} : { expires }),
  });
  if ('problem' in made) {
    process.stderr.write(`No key was made: ${made.problem}.\n`);
    return exitCode.usage;
  }
  process.stderr.write(
    'The key, which nobody can show again, and its entry under `keys:` of the key file:\n',
  );
  process.stdout.write(`${made.key}\n- ${made.entry}\n`);
  return exitCode.fine;
}
