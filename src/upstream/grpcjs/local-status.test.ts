import { describe, expect, it } from 'vitest';
import { Code } from '../../status/index.js';
import { type LibraryStatus, localStatusOf } from './local-status.js';

function status(code: number, details: string | undefined, rest: Partial<LibraryStatus> = {}): LibraryStatus {
  return { code, details, hasTrailers: false, hasHeaders: true, isGrpc: true, ...rest };
}

describe('localStatusOf', () => {
  // The texts that no server of the contract suite can provoke at will; the others are proved there.
  it.each([
    [14, 'Name resolution failed for target dns:///orders:1', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
    [14, 'Failed to parse DNS address dns:///orders:1', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
    [14, 'No connection established', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
    [
      14,
      'round_robin: No connection established. Last error: Error: connect ECONNREFUSED 10.0.0.1:1',
      Code.UNAVAILABLE,
      'UPSTREAM_UNAVAILABLE',
    ],
    [14, 'Channel closed before call started', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
    [14, 'read ECONNRESET', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
    [14, 'Write error: write EPIPE', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
    [14, 'Write failed with error x', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
    [
      13,
      'Failed to start HTTP/2 stream with error The session has been destroyed',
      Code.UNAVAILABLE,
      'UPSTREAM_UNAVAILABLE',
    ],
    [
      13,
      'Failed to start HTTP/2 stream with error Cannot create call, subchannel not READY',
      Code.UNAVAILABLE,
      'UPSTREAM_UNAVAILABLE',
    ],
    [13, 'Failed to start HTTP/2 stream with error Invalid character in header', Code.INTERNAL, 'INTERNAL'],
    [13, '"authorization" metadata cannot have multiple values', Code.INTERNAL, 'INTERNAL'],
    [2, 'No status information received', Code.UNKNOWN, 'UPSTREAM_PROTOCOL'],
    [
      13,
      'Received RST_STREAM with code 2 triggered by internal client error: x',
      Code.INTERNAL,
      'UPSTREAM_PROTOCOL',
    ],
  ])('%d "%s" → %d, %s', (code, details, localCode, reason) => {
    const local = localStatusOf(status(code, details));
    expect(local).toMatchObject({ code: localCode, reason });
    expect(local?.message).not.toContain(details);
  });

  it.each([
    ['any other text after headers', status(14, 'try again later')],
    ['an empty text', status(14, '', { hasHeaders: false })],
    ["a library text beside the backend's trailers", status(14, 'Connection dropped', { hasTrailers: true })],
    ['a library text inside a longer one', status(14, 'Oops: Connection dropped')],
  ])('%s is the backend’s own', (_, given) => {
    expect(localStatusOf(given)).toBeUndefined();
  });

  it.each([
    [14, Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
    [13, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
    [0, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
  ])(
    'a text that a later version may bring, with nothing from a backend, is local: code %d',
    (code, localCode, reason) => {
      const local = localStatusOf(status(code, 'connecting to 10.0.0.1:1 went wrong', { hasHeaders: false }));
      expect(local).toMatchObject({ code: localCode, reason });
    },
  );
});
