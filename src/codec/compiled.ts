import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import type { Limits } from '../limits.js';
import { Code, reasons, StatusError } from '../status/index.js';
import type { Codec, CodecFactory, CodecOptions } from './codec.js';
import { createPrintCompiler } from './compile-print.js';
import { createReferenceCodecs } from './reference.js';
import { Cursor } from './runtime/cursor.js';

/** wip */
export function createCompiledCodecs(types: Registry, limits: Pick<Limits, 'nestingDepthMax'>): CodecFactory {
  const s = new Cursor(limits.nestingDepthMax);
  const reference = createReferenceCodecs(types, limits);
  const memo = new Map<string, WeakMap<object, Codec>>();
  const wrap = (print: (b: Uint8Array) => Uint8Array) => (binary: Uint8Array) => {
    try {
      return print(binary);
    } catch (cause) {
      throw new StatusError(Code.INTERNAL, 'RESPONSE_UNREPRESENTABLE', reasons.RESPONSE_UNREPRESENTABLE, {
        cause,
      });
    }
  };
  const printers = new Map<string, ReturnType<typeof createPrintCompiler>>();
  function once(
    desc: DescMessage | DescField,
    options: CodecOptions,
    make: (p: ReturnType<typeof createPrintCompiler>) => Codec,
  ) {
    const key = JSON.stringify(options);
    const p = printers.get(key) ?? createPrintCompiler(types, s, options);
    printers.set(key, p);
    const m = memo.get(key) ?? new WeakMap<object, Codec>();
    memo.set(key, m);
    const c = m.get(desc) ?? make(p);
    m.set(desc, c);
    return c;
  }
  return {
    codec: (message, options) =>
      once(message, options, (p) => ({
        toBinary: reference.codec(message, options).toBinary,
        toJson: wrap(p.message(message)),
      })),
    field: (field, options) =>
      once(field, options, (p) => ({
        toBinary: reference.field(field, options).toBinary,
        toJson: wrap(p.field(field)),
      })),
  };
}
