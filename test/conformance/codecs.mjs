// What answers the conformance runner: our codec, made in both ways, and the peers whose scores stand beside ours.
// Each has two functions over bytes of JSON and of protobuf.
import { fromBinary, fromJsonString, toBinary, toJsonString } from '@bufbuild/protobuf';
import { createParseCompiler } from '../../dist/src/codec/compile-parse.js';
import { createPrintCompiler } from '../../dist/src/codec/compile-print.js';
import { functionSource } from '../../dist/src/codec/functions.js';
import { readModule } from '../../dist/src/codec/read-module.js';
import { Cursor } from '../../dist/src/codec/runtime/cursor.js';
import { writeModule } from '../../dist/src/codec/write-module.js';

/** Sets of options that the tests want: with and without unknown fields. */
const strict = { emitDefaults: false, enumsAsNumbers: false, protoNames: false, ignoreUnknown: false };
const lenient = { ...strict, ignoreUnknown: true };

/** Source of a module with the functions of all messages. */
export function writtenAhead(types) {
  const messages = [...types].filter((type) => type.kind === 'message');
  const wanted = messages.flatMap((subject) => [
    { subject, direction: 'parse', options: strict },
    { subject, direction: 'parse', options: lenient },
    { subject, direction: 'print', options: strict },
  ]);
  return writeModule(types, wanted);
}

/** By name; `files` is where run.mjs has put what it generated. */
export const codecs = {
  compiled: (types) => ours(types, functionSource()),

  written: async (types, files) => {
    const { written, diagnostics } = readModule(await import(files.written), types);
    if (diagnostics.length > 0) throw new Error(diagnostics[0].text);
    // What was not written is an error, not compiled.
    return ours(types, { written, evaluate: undefined });
  },

  'protobuf-es': (registry) => ({
    toBinary: (message, json, ignoreUnknownFields) =>
      toBinary(message, fromJsonString(message, json.toString(), { registry, ignoreUnknownFields })),
    toJson: (message, binary) =>
      Buffer.from(toJsonString(message, fromBinary(message, binary), { registry })),
  }),

  protobufjs: async (_, { image }) => {
    const [{ default: protobuf }, { default: protojson }] = await Promise.all([
      import('protobufjs8'),
      import('protobufjs8/ext/protojson.js'),
      import('protobufjs8/ext/descriptor.js'),
    ]);
    const root = protobuf.Root.fromDescriptor(image);
    root.resolveAll();
    return {
      toBinary: (message, json, ignoreUnknownFields) => {
        const type = root.lookupType(message.typeName);
        const value = protojson.fromJsonString(type, json.toString(), { ignoreUnknownFields });
        return type.encode(value).finish();
      },
      toJson: (message, binary) => {
        const type = root.lookupType(message.typeName);
        return Buffer.from(protojson.toJsonString(type, type.decode(binary)));
      },
    };
  },

  'ts-proto': async (types, files) => {
    const tested = [...types].filter(
      (type) => type.kind === 'message' && type.name.startsWith('TestAllTypes'),
    );
    const names = new Set(tested.map((message) => message.file.name));
    const modules = new Map(
      await Promise.all([...names].map(async (name) => [name, await import(`${files.tsProto}/${name}.js`)])),
    );
    const typeOf = (message) => modules.get(message.file.name)[message.name];
    return {
      toBinary: (message, json) => {
        const type = typeOf(message);
        return type.encode(type.fromJSON(JSON.parse(json.toString()))).finish();
      },
      toJson: (message, binary) => {
        const type = typeOf(message);
        const json = type.toJSON(type.decode(binary));
        // The runner takes any Duration for a string, and aborts.
        if (typeof json.optionalDuration === 'object') throw new Error('a Duration is an object');
        return Buffer.from(JSON.stringify(json));
      },
    };
  },
};

function ours(types, functions) {
  const cursor = new Cursor(100);
  const print = createPrintCompiler(types, cursor, { ...strict, projected: false }, functions);
  const parse = createParseCompiler(types, cursor, strict, functions);
  const parseLenient = createParseCompiler(types, cursor, lenient, functions);
  return {
    toBinary: (message, json, ignoreUnknown) => (ignoreUnknown ? parseLenient : parse).parser(message)(json),
    toJson: (message, binary) => print.printer(message)(binary),
  };
}
