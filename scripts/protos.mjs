// Writes the protos that no package carries as text, out of the descriptors that packages do carry, into
// .cache/protos/, where buf.yaml finds them. Runs after "npm ci"; needs the build.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validateProto } from '../dist/src/descriptor/validate-proto.js';

const target = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache/protos', validateProto.path);
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, await validateProto.text());
