import type { DescMethod } from '../descriptor/index.js';
import type { CallShape } from './surface.js';

const shapes: Readonly<Record<DescMethod['methodKind'], CallShape>> = {
  unary: 'unary',
  server_streaming: 'server-stream',
  client_streaming: 'client-stream',
  bidi_streaming: 'bidi',
};

/** Which sides of a method stream. */
export function callShape({ methodKind }: DescMethod): CallShape {
  return shapes[methodKind];
}
