import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFileRegistry, type DescService, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { TemplateCase } from '../http/template-cases.js';
import { templateMessages } from '../http/template-cases.js';

/** Compiles the text of one .proto file, named "test.proto", with source info. */
export function compileProto(text: string): FileRegistry {
  const directory = mkdtempSync(join(tmpdir(), 'propylon-httprule-'));
  try {
    writeFileSync(join(directory, 'test.proto'), text);
    const buf = join(
      dirname(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json')),
      'bin',
      'buf',
    );
    execFileSync(process.execPath, [
      buf,
      'build',
      directory,
      '--as-file-descriptor-set',
      '-o',
      join(directory, 'image.binpb'),
    ]);
    return createFileRegistry(
      fromBinary(FileDescriptorSetSchema, readFileSync(join(directory, 'image.binpb'))),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The service "cases.Cases" with methods M0, M1, … from Request to Request (see templateMessages). */
export function casesProto(methodCount: number): string {
  const methods = Array.from({ length: methodCount }, (_, i) => `rpc M${i}(Request) returns (Request);`);
  return `syntax = "proto3"; package cases; ${templateMessages} service Cases { ${methods.join('\n')} }`;
}

/** A rules file that gives method Mi the i-th template: "GET /v1/{name}". */
export function casesRules(templates: TemplateCase['templates']): string {
  const rules = templates.map((template, i) => {
    const space = template.indexOf(' ');
    return {
      selector: `cases.Cases.M${i}`,
      custom: { kind: template.slice(0, space), path: template.slice(space + 1) },
    };
  });
  return JSON.stringify({ http: { rules } });
}

/** A service by its full name. Throws when there is none. */
export function serviceOf(registry: FileRegistry, name: string): DescService {
  const service = registry.getService(name);
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}
