import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { replayDefaults } from '../../replay-defaults.js';
import { type Exchange, formatVersion, type RecordingHead } from '../exchange.js';

/** A file that grows by a line for each exchange, up to a bound. */
export interface RecordingFile {
  /** False where the exchange was not kept: the file is full or broken, or the disk does not keep up. */
  write(exchange: Exchange): boolean;
  /** Why nothing is kept any more. */
  readonly trouble: string | undefined;
  /** Resolves when everything is on its way to the disk. */
  close(): Promise<void>;
}

export interface RecordingFileOptions {
  readonly path: string;
  readonly bytesMax: number;
  /** For the first line. */
  readonly to: string;
  readonly created: Date;
  /** Told once why nothing is kept any more. */
  readonly onTrouble: (text: string) => void;
}

/** Makes the file, for its owner alone. Rejects where it cannot be made, or is there already. */
export async function createRecordingFile(options: RecordingFileOptions): Promise<RecordingFile> {
  const { path, bytesMax, to, created, onTrouble } = options;
  const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await once(stream, 'open');
  let bytes = 0;
  let trouble: string | undefined;
  const stop = (text: string): void => {
    if (trouble !== undefined) return;
    trouble = text;
    onTrouble(text);
  };
  stream.on('error', (error) => stop(`${path} cannot be written: ${error.message}`));
  const line = (value: Exchange | RecordingHead): boolean => {
    const text = Buffer.from(`${JSON.stringify(value)}\n`);
    if (bytes + text.length > bytesMax) stop(`${path} has reached its limit of ${bytesMax} bytes`);
    if (trouble !== undefined || stream.writableLength > replayDefaults.waitingBytesMax) return false;
    bytes += text.length;
    stream.write(text);
    return true;
  };
  line({ propylon: 'recording', version: formatVersion, created: created.toISOString(), to });
  return {
    write: line,
    get trouble() {
      return trouble;
    },
    async close() {
      if (stream.destroyed) return;
      const closed = once(stream, 'close');
      stream.end();
      await closed.catch(() => undefined);
    },
  };
}
