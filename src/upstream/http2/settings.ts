import { ConnectionError, ErrorCode } from './error-code.js';
import { windowBytesInitial, windowBytesMax } from './flow-control.js';

/** RFC 9113 §6.5.2. */
export const SettingId = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const;

/** What the peer has announced and we go by; its HEADER_TABLE_SIZE is of no concern, as we never index. */
export interface PeerSettings {
  readonly concurrentStreamsMax: number;
  /** Of each stream, ours to send. */
  readonly windowBytes: number;
  readonly frameBytesMax: number;
  readonly headerListBytesMax: number;
}

export const initialPeerSettings: PeerSettings = {
  concurrentStreamsMax: Number.POSITIVE_INFINITY,
  windowBytes: windowBytesInitial,
  frameBytesMax: 16_384,
  headerListBytesMax: Number.POSITIVE_INFINITY,
};

/** Applies the payload of a SETTINGS frame, the last of equal ones counting. Throws ConnectionError. */
export function applySettings(
  settings: PeerSettings,
  bytes: Buffer,
  start: number,
  end: number,
): PeerSettings {
  let { concurrentStreamsMax, windowBytes, frameBytesMax, headerListBytesMax } = settings;
  for (let at = start; at < end; at += 6) {
    const value = bytes.readUInt32BE(at + 2);
    switch (bytes.readUInt16BE(at)) {
      case SettingId.ENABLE_PUSH:
        // A server may say that it does not push, and nothing else.
        if (value !== 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'ENABLE_PUSH');
        break;
      case SettingId.MAX_CONCURRENT_STREAMS:
        concurrentStreamsMax = value;
        break;
      case SettingId.INITIAL_WINDOW_SIZE:
        if (value > windowBytesMax)
          throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'window too large');
        windowBytes = value;
        break;
      case SettingId.MAX_FRAME_SIZE:
        if (value < 16_384 || value > 0xff_ffff)
          throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'MAX_FRAME_SIZE');
        frameBytesMax = value;
        break;
      case SettingId.MAX_HEADER_LIST_SIZE:
        headerListBytesMax = value;
        break;
      default:
        break;
    }
  }
  return { concurrentStreamsMax, windowBytes, frameBytesMax, headerListBytesMax };
}
