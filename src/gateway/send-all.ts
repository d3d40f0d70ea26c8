import type { LiveStream } from './live-stream.js';

/**
 * Sends the first message, which was pulled before the call was opened, then the rest of them,
 * each once the window has room, and half-closes. Throws what `rest` throws.
 */
export async function sendAll(
  stream: LiveStream,
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncGenerator<Uint8Array, void>,
): Promise<void> {
  for (let result = first; result.done !== true; result = await rest.next()) {
    await stream.send(result.value);
  }
  stream.end();
}
