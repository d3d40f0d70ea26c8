import type { Finding } from '../finding.js';

/** Controls, formats that turn the direction of text or hide it (UAX #9), and separators of lines. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text on one line that does nothing to who prints it: what is not for reading is written as \u{1b}. */
export function plainText(text: string): string {
  return text
    .replace(/\s*\r?\n\s*/g, ' ')
    .replace(unprintable, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** The finding, all of whose texts are plain: names and paths of a proto may be anything. */
export function plainFinding({ rule, severity, subject, text, locations }: Finding): Finding {
  return {
    rule: plainText(rule),
    severity,
    subject: plainText(subject),
    text: plainText(text),
    locations: locations.map((location) => ({ ...location, file: plainText(location.file) })),
  };
}
