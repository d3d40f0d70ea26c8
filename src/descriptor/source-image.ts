import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DiagnosticsError } from '../diagnostic/index.js';
import { readRegularFile, unreadableReason } from '../regular-file.js';
import type { DescriptorSource } from './source.js';
import { watchFileContent } from './watch.js';

/** More than ten times all of googleapis: a bound on what a compressed image may grow to. */
const imageBytesMax = 256 * 1024 * 1024;

/** A file made by `buf build` or `protoc --descriptor_set_out`, gzip allowed. */
export function imageSource(file: string): DescriptorSource {
  const unreadable = (text: string, hint: string): DiagnosticsError =>
    new DiagnosticsError([
      { severity: 'error', code: 'SOURCE_UNREADABLE', text, locations: [{ file, line: 0, column: 0 }], hint },
    ]);
  return {
    label: `image ${file}`,
    watch: (changed, host) => watchFileContent(file, host, changed),
    load: async (signal) => {
      let bytes: Uint8Array;
      try {
        bytes = await readRegularFile(file, signal);
      } catch (error) {
        throw unreadable(
          `The image cannot be read (${unreadableReason(error)}).`,
          'Make one with: buf build --as-file-descriptor-set -o image.binpb',
        );
      }
      if (bytes.length === 0)
        throw unreadable('The image is empty.', 'Was the build that writes it interrupted?');
      if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
      try {
        return await promisify(gunzip)(bytes, { maxOutputLength: imageBytesMax });
      } catch {
        throw unreadable('The image looks compressed, but is not valid gzip.', 'Write it anew.');
      }
    },
  };
}
