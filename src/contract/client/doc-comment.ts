import type { Json } from '../json.js';

/** Text as a comment that editors show; "" for none. */
export function docComment(description: Json | undefined, isDeprecated = false): string {
  const lines = [
    ...(typeof description === 'string' && description !== '' ? description.split('\n') : []),
    ...(isDeprecated ? ['@deprecated'] : []),
  ].map((line) => line.replaceAll('*/', '*\\/').trimEnd());
  if (lines.length === 0) return '';
  if (lines.length === 1) return `/** ${lines[0]} */\n`;
  return `/**\n${lines.map((line) => ` *${line === '' ? '' : ` ${line}`}\n`).join('')} */\n`;
}
