import { windowBytesInitial } from './flow-control.js';
import type { FrameWriter } from './frame-writer.js';
import { SettingId } from './settings.js';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** What a server may send on one stream ahead of the reader: a fast link is kept busy, a slow reader costs no more. */
export const streamWindowBytes = 256 * 1024;
/** On all streams together between two of our turns; it is given back at once, since each stream is held by its own. */
export const connectionWindowBytes = 4 * 1024 * 1024;

/** What a client says first (RFC 9113 §3.4), and what it lets the server send. */
export function writePreface(frames: FrameWriter, headerListBytesMax: number): void {
  frames.raw(preface);
  frames.settings([
    [SettingId.HEADER_TABLE_SIZE, 0],
    [SettingId.ENABLE_PUSH, 0],
    [SettingId.INITIAL_WINDOW_SIZE, streamWindowBytes],
    [SettingId.MAX_HEADER_LIST_SIZE, headerListBytesMax],
  ]);
  frames.windowUpdate(0, connectionWindowBytes - windowBytesInitial);
}
