import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exitCode } from '../exit-code.js';
import type { NewServiceFlags } from '../flags/new-service.js';
import { serviceNames, standardMethods } from '../scaffold/service-names.js';
import { serviceProto } from '../scaffold/service-proto.js';
import { workspaceFiles } from '../scaffold/workspace-files.js';

/** `propylon new service`: writes the .proto of a service, and what its folder lacks besides. */
export function newService(
  name: string,
  { resource, parent, plural, methods, out }: NewServiceFlags,
): number {
  const names = serviceNames({ name, resource, parent, plural, methods: methods ?? standardMethods });
  if ('problem' in names) return refused(names.problem);
  const file = `${names.service.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_').toLowerCase()}.proto`;
  const path = join(out, ...names.package.split('.'), file);
  if (existsSync(path)) return refused(`${path} is there already, and is left as it is.`);
  const others = workspaceFiles(out).filter((other) => !existsSync(other.path));
  for (const { path: to, text } of [{ path, text: serviceProto(names) }, ...others]) {
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text, { flag: 'wx' });
    process.stdout.write(`wrote  ${to}\n`);
  }
  process.stdout.write(`
Next:
  propylon mock --proto ${out} --open         answers before there is a backend
  propylon routes --proto ${out}              what is served
  buf dep update && buf lint && buf generate
  propylon serve --proto ${out} --backend '${names.package}.${names.service}=localhost:50051'
`);
  return exitCode.fine;
}

function refused(text: string): number {
  process.stderr.write(`${text}\n`);
  return exitCode.usage;
}
