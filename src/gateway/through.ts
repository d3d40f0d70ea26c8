import type { Transform } from 'node:stream';

/**
 * Sends chunks through a transform, at the pace of whoever reads. When the source fails, what it
 * had given before is still delivered (`finish`), or no longer of interest (`drop`); then its
 * error is thrown.
 */
export async function* through(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
  onFailure: 'finish' | 'drop',
): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  let failure: { readonly error: unknown } | undefined;
  const feed = async (): Promise<void> => {
    try {
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
        if (transform.destroyed) return;
        if (!transform.write(next.value)) await room(transform);
      }
    } catch (error) {
      failure = { error };
      if (onFailure === 'drop') transform.destroy();
    }
    if (!transform.destroyed) transform.end();
  };
  const fed = feed();
  try {
    for await (const chunk of transform) yield chunk as Uint8Array;
    await fed;
  } catch (error) {
    throw failure?.error ?? error;
  } finally {
    transform.destroy();
    // Not awaited: an async generator answers only once its pending chunk has come.
    chunks.return?.()?.catch(() => {});
  }
  if (failure !== undefined) throw failure.error;
}

function room(transform: Transform): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      transform.off('drain', done);
      transform.off('close', done);
      resolve();
    };
    transform.on('drain', done);
    transform.on('close', done);
  });
}
