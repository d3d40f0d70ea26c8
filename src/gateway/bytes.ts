/** No bytes. */
export const noBytes: Uint8Array = new Uint8Array(0);

/** The parts one after the other; a single part is returned as it is. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [first = noBytes] = parts;
  return parts.length <= 1 ? first : Buffer.concat(parts);
}
