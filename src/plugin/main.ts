#!/usr/bin/env node
import { create } from '@bufbuild/protobuf';
import {
  type CodeGeneratorRequest,
  type CodeGeneratorResponse,
  CodeGeneratorResponse_Feature,
  CodeGeneratorResponseSchema,
  Edition,
} from '@bufbuild/protobuf/wkt';
import { runNodeJs } from '@bufbuild/protoplugin';
import { printDiagnostic, type Severity } from '../diagnostic/index.js';
import { version } from '../version.js';
import { outputFiles } from './output.js';
import { ParameterError, readParameters } from './parameters.js';

/** `protoc-gen-propylon`: what clients of an API are given, out of its protos. */
runNodeJs({ name: 'protoc-gen-propylon', version, run });

function run({ parameter, fileToGenerate, protoFile }: CodeGeneratorRequest): CodeGeneratorResponse {
  const answer = (rest: { file?: { name: string; content: string }[]; error?: string }) =>
    create(CodeGeneratorResponseSchema, {
      supportedFeatures: BigInt(
        CodeGeneratorResponse_Feature.PROTO3_OPTIONAL | CodeGeneratorResponse_Feature.SUPPORTS_EDITIONS,
      ),
      minimumEdition: Edition.EDITION_PROTO2,
      maximumEdition: Edition.EDITION_2024,
      ...rest,
    });
  try {
    const { files, diagnostics } = outputFiles(protoFile, new Set(fileToGenerate), readParameters(parameter));
    const text = (severity: Severity): string =>
      diagnostics
        .filter((one) => one.severity === severity)
        .map((one) => printDiagnostic(one, { colours: false }))
        .join('');
    const errors = text('error');
    // A plugin's errors are what buf and protoc show; what it prints besides is for people who look.
    if (errors !== '') return answer({ error: errors });
    process.stderr.write(text('warning') + text('note'));
    return answer({ file: files.map(({ name, content }) => ({ name, content })) });
  } catch (error) {
    if (error instanceof ParameterError) return answer({ error: error.message });
    throw error;
  }
}
