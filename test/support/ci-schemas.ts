import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';

const cache = fileURLToPath(new URL('../../.cache/ci-schemas/', import.meta.url));
const vendor = 'python/check_jsonschema/builtin_schemas/vendor';
const files = {
  sarif: 'npm/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
  'github-workflows': `${vendor}/github-workflows.json`,
  'gitlab-ci': `${vendor}/gitlab-ci.json`,
} as const;

/**
 * What is wrong with a value by an official schema, which `npm run interop:clients` installs. Undefined where it is not
 * installed: then the test skips loudly, and fails under PROPYLON_REQUIRE_SERVERS.
 */
export function schemaProblems(
  name: keyof typeof files,
): ((value: unknown) => readonly string[]) | undefined {
  const file = `${cache}${files[name]}`;
  if (!existsSync(file)) {
    const text = `the schema ${name} is not installed: npm run interop:clients`;
    if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
    console.warn(`\nSKIPPED: ${text}\n`);
    return undefined;
  }
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  // SARIF's is of draft 4, of which it uses nothing that has changed since but the name of its id.
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(file, 'utf8'));
  const validate = ajv.compile(schema);
  const textOf = ({ instancePath, message = '' }: ErrorObject): string => `${instancePath} ${message}`;
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(textOf));
}
