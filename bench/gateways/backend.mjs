// Starts the backend with the answers of all scenarios, transcoded once by @bufbuild/protobuf: no gateway's own codec
// says what is right.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import { cacheFolder } from './cache.mjs';
import { start } from './process.mjs';
import { scenarios } from './scenarios.mjs';

/** The process, and the addresses of its two listeners. */
export async function startBackend(program, registry) {
  const file = join(cacheFolder('run'), 'answers.json');
  writeFileSync(file, JSON.stringify(answers(registry)));
  const backend = await start(program, [file], /grpc (\d+) http (\d+)/);
  const [, grpcPort, httpPort] = backend.ready;
  return { ...backend, grpcAddress: `127.0.0.1:${grpcPort}`, httpAddress: `127.0.0.1:${httpPort}` };
}

function answers(registry) {
  const grpc = {};
  const http = {};
  for (const scenario of scenarios) {
    grpc[`/bench.shop.v1.Shop/${scenario.method}`] = grpcAnswer(registry, scenario);
    http[scenario.request.target] ??= {
      status: scenario.httpStatus ?? 200,
      body: base64(expectedValues(registry, scenario).map((value) => `${JSON.stringify(value)}\n`)),
    };
  }
  // Of the 9,999 other routes none is asked for.
  grpc['*'] = { messages: [], status: 12, message: 'no answer is known for the method' };
  return { grpc, http };
}

function grpcAnswer(registry, { method, messages, status }) {
  if (status !== undefined) {
    const schema = registry.getMessage('google.rpc.Status');
    const binary = toBinary(schema, fromJson(schema, status, { registry }));
    return { messages: [], status: status.code, message: status.message, details: base64([binary]) };
  }
  return {
    messages: answerBytes(registry, { method, messages }).map((binary) => base64([binary])),
    status: 0,
  };
}

/** The messages of the backend, in protobuf. */
export function answerBytes(registry, { method, messages }) {
  const { output } = registry.getService('bench.shop.v1.Shop').methods.find(({ name }) => name === method);
  return messages.map((json) => toBinary(output, fromJson(output, json)));
}

/** What a gateway should answer with: one value, or one per message of a stream. */
export function expectedValues(registry, { method, messages, status }) {
  if (status !== undefined) return [status];
  const { output } = registry.getService('bench.shop.v1.Shop').methods.find(({ name }) => name === method);
  return messages.map((json) => toJson(output, fromJson(output, json)));
}

const base64 = (pieces) => Buffer.concat(pieces.map((piece) => Buffer.from(piece))).toString('base64');
