// The plain way to load an image, for scale: one registry, one regular expression per binding.
import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(process.argv[2])));
const routes = [];
for (const type of registry) {
  if (type.kind !== 'service') continue;
  for (const method of type.methods) {
    const rule = method.proto.options?.$unknown?.find((field) => field.no === 72295728);
    if (rule === undefined) continue;
    const template = /\/[\w\-./{}=*:]+/.exec(Buffer.from(rule.data).toString('latin1'))?.[0] ?? '/';
    routes.push([new RegExp(`^${template.replace(/[.*{}=]/g, '[^/]*')}$`), method]);
  }
}
console.log('ready', routes.length);
setInterval(() => {}, 1000);
