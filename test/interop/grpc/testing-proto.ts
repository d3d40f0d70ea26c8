import { readFileSync } from 'node:fs';

/** The text of testing.proto. */
export const testingProto = readFileSync(new URL('testing.proto', import.meta.url), 'utf8');
