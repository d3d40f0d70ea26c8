import type { CodecFactory, CodecOptions, WantedCodec } from '../codec/index.js';
import type { Binding } from '../httprule/index.js';
import { bodyKind } from './body.js';

/** The codecs that a binding makes with its first request: of its JSON body, and of its response unless that goes out raw. */
export function wantedCodecs(
  binding: Binding,
  options: CodecOptions,
  response: 'json' | 'raw',
): readonly WantedCodec[] {
  const { method, body, responseBody } = binding;
  const wanted: WantedCodec[] = [];
  if (body !== 'none' && bodyKind(binding) === 'json')
    wanted.push({ subject: body === 'all' ? method.input : body, direction: 'parse', options });
  if (response === 'json')
    wanted.push({ subject: responseBody ?? method.output, direction: 'print', options });
  return wanted;
}

/** The factory, which notes the fields whose JSON it is asked for. */
export function notingFields(codecs: CodecFactory, asked: WantedCodec[]): CodecFactory {
  return {
    codec: (message, options) => codecs.codec(message, options),
    field: (subject, options) => {
      asked.push({ subject, direction: 'print', options });
      return codecs.field(subject, options);
    },
  };
}
