import { wireFields } from '../../codec/index.js';
import type { DescMessage } from '../../descriptor/index.js';
import type { Surface } from '../../surface/index.js';
import type { ExplainedMessage } from './explanation.js';

/** More is not read by people; the number of bytes says what was left out. */
const jsonLengthMax = 64 * 1024;
const hexBytesMax = 4 * 1024;
const rowsMax = 400;

/** A message for people: what it says, its bytes, and which of them say what. */
export function shownMessage(surface: Surface, type: DescMessage, binary: Uint8Array): ExplainedMessage {
  const hex = Buffer.from(binary.subarray(0, hexBytesMax)).toString('hex');
  const rows = wireFields(type, binary, rowsMax).map(({ offset, length, path, value }) => ({
    ...{ offset, length, path },
    ...(value === undefined ? {} : { value }),
  }));
  return { bytes: binary.length, json: jsonOf(surface, type, binary), hex, rows };
}

function jsonOf(surface: Surface, type: DescMessage, binary: Uint8Array): string | undefined {
  try {
    const text = Buffer.from(surface.messageJson(type, binary)).toString('utf8');
    return text.length > jsonLengthMax ? `${text.slice(0, jsonLengthMax)}…` : text;
  } catch {
    return undefined;
  }
}
