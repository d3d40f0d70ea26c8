import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../src/contract/index.js';

/** What is wrong with a JSON value by a schema of a document; [] where nothing is. */
export type SchemaCheck = (value: unknown) => readonly ErrorObject[];

/** Compiles a schema of OpenAPI 3.1, which is one of JSON Schema 2020-12, with an implementation that nobody here wrote. */
export function schemaCheck(schema: JsonObject, components: JsonObject): SchemaCheck {
  const ajv = new Ajv2020({ strict: false, verbose: true, allErrors: true, ownProperties: true });
  addFormats.default(ajv);
  for (const name of ['int32', 'int64', 'uint32', 'uint64', 'float', 'double', 'binary'])
    ajv.addFormat(name, true);
  const validate = ajv.compile({ ...schema, components: { schemas: components } });
  return (value) => (validate(value) ? [] : (validate.errors ?? []));
}
