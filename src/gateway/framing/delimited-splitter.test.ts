import { describe, expect, it } from 'vitest';
import { StatusError } from '../../status/index.js';
import { DelimitedSplitter } from './delimited-splitter.js';

/** The messages of a body cut into these chunks, in hexadecimal, and the reason of the error it ends with. */
function split(chunks: readonly Uint8Array[]): string[] {
  const splitter = new DelimitedSplitter({ requestBodyBytesMax: 300 });
  const messages: string[] = [];
  try {
    for (const chunk of chunks) {
      for (const message of splitter.push(chunk)) messages.push(Buffer.from(message).toString('hex'));
    }
    splitter.end();
  } catch (error) {
    return [...messages, error instanceof StatusError ? error.reason : `not a StatusError: ${error}`];
  }
  return messages;
}

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');
const long = '61'.repeat(300);

const table: readonly (readonly [name: string, body: string, messages: readonly string[]])[] = [
  ['nothing', '', []],
  ['one message', '02 0801', ['0801']],
  ['several', '02 0801 03 0a0161 01 ff', ['0801', '0a0161', 'ff']],
  ['empty ones among them', '00 02 0801 00 00', ['', '0801', '', '']],
  ['a length of two bytes', `ac02 ${long} 01 7f`, [long, '7f']],
  ['a length that is longer than it must be', '8280808000 0801', ['0801']],
  ['the largest that may be, and one more byte', `ac02 ${long} ad02 ${long} 00`, [long, 'BODY_TOO_LARGE']],
  ['too large, before a byte of it came', '01 01 ffffffff0f', ['01', 'BODY_TOO_LARGE']],
  ['a length of six bytes', '01 01 808080808001', ['01', 'BODY_MALFORMED']],
  ['an end within a length', '01 01 80', ['01', 'BODY_MALFORMED']],
  ['an end before a message', '01 01 02', ['01', 'BODY_MALFORMED']],
  ['an end within a message', '01 01 02 08', ['01', 'BODY_MALFORMED']],
];

describe('DelimitedSplitter, however the input is cut', () => {
  it.each(table)('%s', (_name, body, messages) => {
    const binary = hex(body);
    for (let at = 0; at <= binary.length; at++) {
      expect(split([binary.subarray(0, at), binary.subarray(at)])).toEqual(messages);
    }
    expect(split([...binary].map((byte) => Uint8Array.of(byte)))).toEqual(messages);
  });
});
