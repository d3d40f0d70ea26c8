import { joinBytes } from '../bytes.js';

const result = Buffer.from('{"result":');
const error = Buffer.from('{"error":');
const end = Buffer.from('}');

/** `{"result":M}`, as grpc-gateway writes the messages of a stream. */
export function resultOf(json: Uint8Array): Uint8Array {
  return joinBytes([result, json, end]);
}

/** `{"error":Status}`. */
export function errorOf(json: Uint8Array): Uint8Array {
  return joinBytes([error, json, end]);
}
