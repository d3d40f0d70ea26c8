// The program that the conformance runner asks: requests on standard input, answers on standard output, each
// behind its length in four bytes (conformance.proto). Answers what has JSON on either side; the rest it skips.
//
//   node testee.mjs FOLDER NAME     a codec of codecs.mjs, and what run.mjs has put in the folder for it
import { readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { contentOf, readRecords } from '../../dist/src/codec/runtime/records.js';
import { codecs } from './codecs.mjs';
import { fileNames } from './files.mjs';

const [folder, name] = process.argv.slice(2);
const image = readFileSync(join(folder, fileNames.image));
const types = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
const files = {
  image,
  written: pathToFileURL(join(folder, fileNames.written)).href,
  tsProto: pathToFileURL(join(folder, fileNames.tsProto)).href,
};
// The runner waits for minutes for a program that ends at once, not for one that answers with its trouble.
const codec = await Promise.resolve(codecs[name](types, files)).catch((error) => error);

// Fields of ConformanceRequest and ConformanceResponse, and members of their enums, by number.
const request = { protobuf: 1, json: 2, outputFormat: 3, messageType: 4, category: 5, jspb: 7, text: 8 };
const response = { parseError: 1, runtimeError: 2, protobuf: 3, json: 4, skipped: 5, serializeError: 6 };
const format = { protobuf: 1, json: 2 };
const ignoreUnknownCategory = 3;

function answer(bytes) {
  if (codec instanceof Error) throw codec;
  const fields = new Map(readRecords(bytes).map((record) => [record.number, contentOf(bytes, record)]));
  const output = fields.get(request.outputFormat)?.[0] ?? 0;
  const typeName = Buffer.from(fields.get(request.messageType) ?? []).toString();
  const message = types.getMessage(typeName);
  const isJson = fields.has(request.json);
  const known = isJson || (!fields.has(request.jspb) && !fields.has(request.text));
  const concerns = isJson || output === format.json;
  if (!known || !concerns || (output !== format.json && output !== format.protobuf))
    return [response.skipped, 'no JSON on either side'];
  if (message === undefined) return [response.skipped, `${typeName} is not among the messages`];
  let binary = fields.get(request.protobuf) ?? new Uint8Array(0);
  if (isJson) {
    const ignoreUnknown = fields.get(request.category)?.[0] === ignoreUnknownCategory;
    try {
      binary = codec.toBinary(message, Buffer.from(fields.get(request.json)), ignoreUnknown);
    } catch (error) {
      return [response.parseError, String(error)];
    }
  }
  if (output === format.protobuf) return [response.protobuf, binary];
  try {
    return [response.json, codec.toJson(message, binary)];
  } catch (error) {
    // Bytes that are no message are an error of parsing; a message without JSON is one of printing.
    return [
      error.name === 'UnprintableError' || isJson ? response.serializeError : parseOrPrint(message, binary),
      String(error),
    ];
  }
}

function parseOrPrint(message, binary) {
  try {
    fromBinary(message, binary);
    return response.serializeError;
  } catch {
    return response.parseError;
  }
}

function read(length) {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    let count;
    try {
      count = readSync(0, bytes, at, length - at, null);
    } catch (error) {
      if (error.code === 'EAGAIN') continue;
      throw error;
    }
    if (count === 0) return undefined;
    at += count;
  }
  return bytes;
}

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

for (let head = read(4); head !== undefined; head = read(4)) {
  let field;
  let value;
  try {
    [field, value] = answer(read(head.readUInt32LE(0)));
  } catch (error) {
    [field, value] = [response.runtimeError, String(error?.stack)];
  }
  const content = Buffer.from(value);
  const body = Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(content.length)]), content]);
  const frame = Buffer.alloc(4 + body.length);
  frame.writeUInt32LE(body.length, 0);
  body.copy(frame, 4);
  for (let at = 0; at < frame.length; ) at += writeSync(1, frame, at);
}
