/**
 * Has the library show lines of JSON as they come, which it does for events alone: it asks an answer for its type, and is
 * told that these are events too. What it lists as header fields is what was sent.
 */
export function showStreams() {
  const send = window.fetch;
  window.fetch = async (...asked) => {
    const response = await send(...asked);
    const { headers } = response;
    if (!/^application\/(x-ndjson|jsonl)\b/.test(headers.get('content-type') ?? '')) return response;
    const get = headers.get.bind(headers);
    Object.defineProperty(headers, 'get', {
      value: (/** @type {string} */ name) =>
        name.toLowerCase() === 'content-type' ? 'text/event-stream' : get(name),
    });
    return response;
  };
}
