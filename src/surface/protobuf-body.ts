import { appendFragment, isOneRecordEach } from '../codec/index.js';
import type { Binding } from '../httprule/index.js';
import { Code, StatusError } from '../status/index.js';
import { emptyBinary } from './wire.js';

/**
 * Prepares the `application/x-protobuf` bodies of a binding with a body: the bytes go to the
 * backend as they are. That they are records is checked; they are looked into only where the path
 * binds a field in there, which must be found where every parser finds it: nothing on the way to it
 * may come in several pieces.
 *
 * Throws StatusError BODY_MALFORMED, MEDIA_TYPE_UNSUPPORTED where the body is no message.
 */
export function protobufBody(binding: Binding): (body: Uint8Array) => Uint8Array {
  const { body: source, variables } = binding;
  const paths = variables.map(({ path }) => path.fields);
  if (source === 'all') {
    const parents = [[], ...paths.map((fields) => fields.slice(0, -1))];
    return (body) => {
      if (!parents.every((path) => isOneRecordEach(body, path))) throw malformed();
      return body;
    };
  }
  if (typeof source === 'string' || source.fieldKind !== 'message') return refuse;
  const inner = paths.filter(([first]) => first?.number === source.number);
  const parents = [[], ...inner.map((fields) => fields.slice(1, -1))];
  return (body) => {
    if (!parents.every((path) => isOneRecordEach(body, path))) throw malformed();
    return appendFragment(emptyBinary, [source], body);
  };
}

function refuse(): never {
  throw new StatusError(
    Code.INVALID_ARGUMENT,
    'MEDIA_TYPE_UNSUPPORTED',
    'The body stands for a field that is no message: send it as application/json.',
    { httpStatus: 415 },
  );
}

function malformed(): StatusError {
  return new StatusError(
    Code.INVALID_ARGUMENT,
    'BODY_MALFORMED',
    'The body is not a protobuf message, or one whose fields come in pieces.',
  );
}
