// `buf dep update` for who reads the documentation in a test, without a registry: the modules that buf.yaml depends on
// become folders beside its own, out of what npm has installed here.
//
//   node buf-deps-offline.mjs REPOSITORY
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const [repository = ''] = process.argv.slice(2);
const modules = {
  'buf.build/googleapis/googleapis': (to) => {
    for (const folder of ['api', 'longrunning', 'rpc', 'type']) {
      const from = join(repository, 'node_modules/google-gax/build/protos/google', folder);
      mkdirSync(join(to, 'google', folder), { recursive: true });
      for (const name of readdirSync(from).filter((file) => file.endsWith('.proto')))
        cpSync(join(from, name), join(to, 'google', folder, name));
    }
  },
  'buf.build/bufbuild/protovalidate': (to) =>
    cpSync(join(repository, '.cache/protos'), to, { recursive: true }),
};

const { deps = [], ...rest } = parse(readFileSync('buf.yaml', 'utf8'));
const folders = deps.map((name) => {
  const copy = modules[name];
  if (copy === undefined) throw new Error(`${name} is not here`);
  const folder = join('.deps', name.split('/').at(-1));
  copy(folder);
  return folder;
});
const own = rest.modules ?? [{ path: '.' }];
writeFileSync('buf.yaml', stringify({ ...rest, modules: [...own, ...folders.map((path) => ({ path }))] }));
