import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Registry } from '@bufbuild/protobuf';
import type { CodecModule } from '../../src/codec/codec-module.js';
import type { FunctionSource } from '../../src/codec/functions.js';
import { type CodecOptions, readModule, type WantedCodec, writeModule } from '../../src/codec/index.js';

/** Writes a module and imports it again, as another process would. */
export async function importWritten(source: string): Promise<CodecModule> {
  const folder = await mkdtemp(join(tmpdir(), 'codecs-'));
  try {
    const file = join(folder, 'codecs.mjs');
    await writeFile(file, source);
    return await import(pathToFileURL(file).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * All functions of all messages written ahead of time, those of single fields for the first set of
 * options. To compile one at run time is an error.
 */
export async function writtenFunctions(
  types: Registry,
  options: readonly CodecOptions[],
): Promise<FunctionSource> {
  const messages = [...types].filter((type) => type.kind === 'message');
  const fields = messages.flatMap((message) => message.fields);
  const wanted = options.flatMap((some, index) =>
    [...messages, ...(index === 0 ? fields : [])].flatMap((subject): WantedCodec[] => [
      { subject, direction: 'parse', options: some },
      { subject, direction: 'print', options: some },
    ]),
  );
  const module = await importWritten(writeModule(types, wanted));
  const { written, diagnostics } = readModule(module, types);
  if (diagnostics.length > 0) throw new Error(diagnostics[0]?.text);
  return {
    written,
    evaluate: ({ subjects }) => {
      throw new Error(`${String(subjects[0])} was not written ahead of time`);
    },
  };
}

const both = [false, true];

/** Every set of options that there is, the default first. */
export const everyOptions: readonly CodecOptions[] = both.flatMap((emitDefaults) =>
  both.flatMap((enumsAsNumbers) =>
    both.flatMap((protoNames) =>
      both.map((ignoreUnknown) => ({ emitDefaults, enumsAsNumbers, protoNames, ignoreUnknown })),
    ),
  ),
);
