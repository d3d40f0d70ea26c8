import { validate as readmeValidate } from '@readme/openapi-parser';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';

type Document = Parameters<Validator['validate']>[0];

/** What each of three validators that nobody here wrote finds wrong with a document; [] where all are content. */
export async function openApiProblems(json: string): Promise<string[]> {
  const [schema, parser, redocly] = await Promise.all([bySchema(json), byParser(json), byRedocly(json)]);
  return [...schema, ...parser, ...redocly];
}

/** The JSON Schema of OpenAPI itself. */
async function bySchema(json: string): Promise<string[]> {
  const { valid, errors } = await new Validator().validate(parsed(json));
  return valid ? [] : [`schema: ${typeof errors === 'string' ? errors : JSON.stringify(errors)}`];
}

/** References, duplicate ids and paths, path parameters. */
async function byParser(json: string): Promise<string[]> {
  const result = await readmeValidate(JSON.parse(json));
  return result.valid ? [] : result.errors.map(({ message }) => `parser: ${message}`);
}

/** The rules of Redocly's linter about what is wrong, not what is unusual. */
async function byRedocly(json: string): Promise<string[]> {
  const config = await createConfig({
    rules: {
      struct: 'error',
      'no-unresolved-refs': 'error',
      'no-identical-paths': 'error',
      'path-declaration-must-exist': 'error',
      'path-not-include-query': 'error',
      'path-parameters-defined': 'error',
      'operation-operationId-unique': 'error',
      'operation-parameters-unique': 'error',
      'no-duplicated-tag-names': 'error',
      'no-enum-type-mismatch': 'error',
      'no-schema-type-mismatch': 'error',
    },
  });
  const problems = await lintFromString({ source: json, absoluteRef: 'openapi.json', config });
  return problems.map(
    ({ ruleId, message, location }) => `redocly: ${ruleId}: ${message} ${location[0]?.pointer ?? ''}`,
  );
}

function parsed(json: string): Document {
  return JSON.parse(json);
}
