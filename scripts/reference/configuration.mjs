import { configJsonSchema } from '../../dist/src/config/index.js';

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** What a value may be, in words. */
function typeText(schema) {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeText))].join(' or ');
  if (schema.type === 'array') return `list of ${typeText(schema.items)}`;
  if (schema.type === 'object')
    return schema.properties === undefined && typeof schema.additionalProperties === 'object'
      ? `mapping of ${typeText(schema.additionalProperties)}`
      : 'mapping';
  return schema.type ?? 'any';
}

/** Rows of the keys below a path: the path, what it may be, what it says. */
function rows(schema, path) {
  const inner = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const kinds = schema.oneOf?.length ?? 0;
  return inner.flatMap((part, index) => {
    // Of mappings that are told apart by their `type`, each has its own keys.
    const kind = kinds > 0 && index > 0 ? part.properties?.type?.const : undefined;
    const at = kind === undefined ? path : [...path.slice(0, -1), `${path.at(-1)} (${kind})`];
    const own = Object.entries(part.properties ?? {}).flatMap(([name, value]) => [
      { path: [...at, name], type: typeText(value), text: value.description ?? '' },
      ...rows(value, [...at, name]),
    ]);
    const each = part.additionalProperties;
    return [
      ...own,
      ...(typeof each === 'object' ? rows(each, [...at, '*']) : []),
      ...(part.items === undefined ? [] : rows(part.items, [...at.slice(0, -1), `${at.at(-1)}[]`])),
    ];
  });
}

/** docs/reference/configuration.md */
export function configurationPage() {
  const sections = Object.entries(configJsonSchema().properties).map(([name, schema]) => {
    const table = rows(schema, [name]).map(
      ({ path, type, text }) => `| \`${cell(path.join('.'))}\` | ${cell(type)} | ${cell(text)} |`,
    );
    const own = [schema.description, `Type: ${typeText(schema)}.`]
      .filter((text) => text !== undefined)
      .join(' ');
    return [
      `## ${name}\n`,
      `${own}\n`,
      ...(table.length === 0 ? [] : ['| key | type | what |', '| --- | --- | --- |', ...table, '']),
    ].join('\n');
  });
  return `# All settings

Every key of propylon.yaml. Written by \`npm run build\` out of \`src/config/schema.ts\`; [configuration.md](../configuration.md)
explains them. A \`*\` stands for a name or a selector (\`pkg.Service\`, \`pkg.Service.Method\`, \`pkg.*\`, \`*\`), \`[]\` for the
elements of a list.

${sections.join('\n')}`;
}
