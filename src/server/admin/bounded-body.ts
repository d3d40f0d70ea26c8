import type { MiddlewareHandler } from 'hono';

/**
 * Reads a body of at most so many bytes before whoever asks for it, whatever its length says of itself; 413 beyond it.
 * Hono's own makes a request out of the request of @hono/node-server, which fails for bodies without a length.
 */
export function bodyUpTo(bytesMax: number): MiddlewareHandler {
  return async (c, next) => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of c.req.raw.body ?? []) {
      size += piece.length;
      if (size > bytesMax) return c.json({ message: `The body is larger than ${bytesMax} bytes.` }, 413);
      pieces.push(piece);
    }
    const { method, headers } = c.req.raw;
    c.req.raw = new Request(c.req.url, { method, headers, body: Buffer.concat(pieces) });
    return next();
  };
}
