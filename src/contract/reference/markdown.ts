import { isObject, type Json, type JsonObject, listOf, objectOf } from '../json.js';
import { curlExample } from './curl.js';
import { codeBlock, codeCell, codeSpan, markdownCell, markdownText } from './markdown-text.js';
import {
  type AnswerReference,
  type ContentReference,
  type OperationReference,
  type ParameterReference,
  type Reference,
  readReference,
  type ServiceReference,
  textOf,
} from './reference.js';
import { constraintText, schemaAnchor, shortName, typeText } from './schema-text.js';

/**
 * An OpenAPI document as a page to read, in Markdown as GitHub renders it. Links to operations and schemas stay what
 * they are as long as these keep their names: `#orderservice_getorder`, `#schema-shop.orders.v1.order`. Nothing that a
 * comment says becomes HTML, a heading, or a link that is not to http(s).
 */
export function markdownReference(document: JsonObject): string {
  const reference = readReference(document);
  const { title, version, description, baseUrl, services } = reference;
  const sections = [
    `# ${markdownCell(title)}`,
    markdownText(description),
    `Version ${codeSpan(version)}, at ${codeSpan(baseUrl)}.`,
    ...services.flatMap((service) => serviceSections(service, reference)),
    ...sharedSection(services),
    ...schemaSections(reference),
    ...errorSection(reference.errors),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function serviceSections(
  { name, description, operations }: ServiceReference,
  reference: Reference,
): string[] {
  const rows = operations.map(({ httpMethod, path, anchor, title, isDeprecated }) => [
    `[${codeCell(`${httpMethod} ${path}`)}](#${anchor})`,
    `${isDeprecated ? '**Deprecated.** ' : ''}${markdownCell(title)}`,
  ]);
  return [
    `## ${markdownCell(name)}`,
    markdownText(description),
    table(['Request', 'What it does'], rows),
    ...operations.flatMap((operation) => operationSections(operation, reference)),
  ];
}

function operationSections(operation: OperationReference, reference: Reference): string[] {
  const { anchor, title, httpMethod, path, description, isDeprecated, grpcMethod, body } = operation;
  const parameters = operation.parameters.filter(({ isShared }) => !isShared);
  return [
    heading(3, title, anchor),
    `${codeSpan(`${httpMethod} ${path}`)}${grpcMethod === '' ? '' : `, gRPC ${codeSpan(grpcMethod)}`}`,
    isDeprecated ? '**Deprecated.**' : '',
    markdownText(description),
    ...(parameters.length === 0
      ? []
      : ['**Parameters**', table(['Name', 'In', 'Type', ''], parameters.map(parameterRow))]),
    ...(body === undefined
      ? []
      : [`**Body**${body.isRequired ? '' : ', which may be left out'}`, ...contentSections(body.contents)]),
    '**Answers**',
    ...operation.answers.flatMap(answerSections),
    errorLine(operation),
    securityText(operation),
    '**Example**',
    codeBlock(curlExample(operation, reference), 'sh'),
  ];
}

function parameterRow(parameter: ParameterReference): string[] {
  const { name, schema, description, isRequired, isDeprecated, isJson, example } = parameter;
  const words = [
    isRequired ? '**Required.**' : '',
    isDeprecated ? '**Deprecated.**' : '',
    markdownCell(description),
    // Of a part of a path it says no more than that it is a part.
    ...(parameter.in === 'path' ? [] : constraintText(schema)),
    exampleText(example === undefined ? [] : [example]),
  ];
  return [codeCell(name), parameter.in, isJson ? 'JSON' : typeText(schema), joined(words)];
}

function answerSections({ status, description, headers, contents }: AnswerReference): string[] {
  const rows = headers.map(([name, text]) => [codeCell(name), markdownCell(text)]);
  return [
    `${codeSpan(status)} ${markdownCell(description)}`,
    ...contentSections(contents),
    ...(rows.length === 0 ? [] : [table(['Header field', ''], rows)]),
  ];
}

/** Media types with the same form stand together; a form without a name is a table here. */
function contentSections(contents: readonly ContentReference[]): string[] {
  const lines = contents.map(({ mediaType, schema }) => `- ${codeSpan(mediaType)}: ${typeText(schema)}`);
  const inline = contents.find(({ schema }) => isObject(schema['properties']));
  return [lines.join('\n'), ...(inline === undefined ? [] : [propertyTable(inline.schema)])];
}

function errorLine({ errors }: OperationReference): string {
  return errors.length === 0 ? '' : `[Errors](#errors): ${errors.map(codeSpan).join(', ')}.`;
}

function securityText({ security }: OperationReference): string {
  if (security.length === 0) return '';
  const alternatives = security.map((schemes) =>
    schemes.length === 0
      ? 'nothing'
      : schemes
          .map(([name, scopes]) =>
            scopes.length === 0 ? codeSpan(name) : `${codeSpan(name)} (${scopes.map(codeSpan).join(', ')})`,
          )
          .join(' and '),
  );
  return `Credentials: ${alternatives.join(', or ')}.`;
}

function sharedSection(services: readonly ServiceReference[]): string[] {
  const all = services.flatMap(({ operations }) => operations.flatMap(({ parameters }) => parameters));
  const shared = all.filter(
    (one, index) =>
      one.isShared && all.findIndex(({ name, isShared }) => isShared && name === one.name) === index,
  );
  return shared.length === 0
    ? []
    : [
        heading(2, 'Parameters of every answer', 'shared-parameters'),
        table(['Name', 'In', 'Type', ''], shared.map(parameterRow)),
      ];
}

function schemaSections({ schemas }: Reference): string[] {
  const names = Object.keys(schemas);
  if (names.length === 0) return [];
  return [
    heading(2, 'Schemas', 'schemas'),
    ...names.flatMap((name) => schemaSection(name, objectOf(schemas[name]))),
  ];
}

function schemaSection(name: string, schema: JsonObject): string[] {
  return [
    heading(3, shortName(name), schemaAnchor(name)),
    codeSpan(name),
    schema['deprecated'] === true ? '**Deprecated.**' : '',
    markdownText(textOf(schema['description'])),
    isObject(schema['properties']) ? propertyTable(schema) : typeText(schema),
  ];
}

function propertyTable(schema: JsonObject): string {
  const required = listOf(schema['required']);
  const rows = Object.entries(objectOf(schema['properties'])).map(([name, value]) => {
    const property = objectOf(value);
    const words = [
      required.includes(name) ? '**Required.**' : '',
      property['readOnly'] === true ? '**Read only.**' : '',
      property['writeOnly'] === true ? '**Write only.**' : '',
      property['deprecated'] === true ? '**Deprecated.**' : '',
      markdownCell(textOf(property['description'])),
      ...constraintText(property),
      exampleText(listOf(property['examples'])),
    ];
    return [codeCell(name), typeText(property), joined(words)];
  });
  return rows.length === 0 ? 'Nothing is in it.' : table(['Name', 'Type', ''], rows);
}

function exampleText(examples: readonly Json[]): string {
  const shown = examples.map((one) => codeCell(typeof one === 'string' ? one : JSON.stringify(one)));
  return shown.length === 0 ? '' : `Example: ${shown.join(', ')}.`;
}

function joined(words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}

function errorSection(errors: readonly AnswerReference[]): string[] {
  const [first] = errors;
  if (first === undefined) return [];
  const [content] = first.contents;
  const form =
    content === undefined ? '' : `Errors are ${codeSpan(content.mediaType)}: ${typeText(content.schema)}.`;
  return [
    heading(2, 'Errors', 'errors'),
    form,
    table(
      ['Status', 'When'],
      errors.map(({ status, description }) => [codeCell(status), markdownCell(description)]),
    ),
  ];
}

/** A heading that a link finds whatever its text becomes. */
function heading(level: number, text: string, anchor: string): string {
  return `<a id="${anchor}"></a>\n\n${'#'.repeat(level)} ${markdownCell(text)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
