import type { ReplayReport } from '../replay/index.js';

/** Places of a class that people are shown; `--json` has them all. */
const placesShown = 5;

const reasons = {
  method: 'by --methods',
  body: 'for a body that was not kept',
  redacted: 'for a secret that was redacted',
  unanswered: 'for want of a recorded answer',
} as const;

/** A report as people read it. */
export function replayText(report: ReplayReport): string {
  const { sent, same, different, headsOnly, notSent, ignored, noise, classes } = report;
  const lines = [`${sent} sent: ${same} the same, ${different} different`];
  if (headsOnly > 0) lines.push(`${headsOnly} compared without their bodies, which are not whole`);
  for (const [name, count] of Object.entries(notSent))
    if (count > 0) lines.push(`${count} not sent ${reasons[name as keyof typeof reasons]}`);
  if (noise > 0)
    lines.push(
      `${counted(noise)} not counted: two answers of the baseline have ${noise === 1 ? 'it' : 'them'} too`,
    );
  if (ignored > 0) lines.push(`${counted(ignored)} ignored`);
  for (const { class: name, what, why, count, answers, places } of classes) {
    lines.push('', `${name}: ${what} (${count} in ${answers} ${answers === 1 ? 'answer' : 'answers'})`);
    if (why !== '') lines.push(`  ${why}`);
    for (const { place, count: times, example } of places.slice(0, placesShown)) {
      lines.push(
        `  ${String(times).padStart(6)}  ${place === '' ? '' : `${place}  `}${example.expected} → ${example.actual}`,
      );
      lines.push(`          ${example.request} (line ${example.line})`);
    }
    if (places.length > placesShown) lines.push(`          and ${places.length - placesShown} more places`);
  }
  return `${lines.join('\n')}\n`;
}

function counted(differences: number): string {
  return `${differences} ${differences === 1 ? 'difference' : 'differences'}`;
}
