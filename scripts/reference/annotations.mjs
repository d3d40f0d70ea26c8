import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary, ScalarType } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { commentOf } from '../../dist/src/descriptor/index.js';

const proto = 'propylon/v1/annotations.proto';

const oneLine = (text) =>
  text
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');

/** "list of string", a link to the section of a message or enum, "google.protobuf.Duration" */
function typeText(field) {
  const inner = field.message ?? field.enum;
  const name = inner === undefined || inner === null ? ScalarType[field.scalar].toLowerCase() : linked(inner);
  return field.fieldKind === 'list' ? `list of ${name}` : name;
}

/** Its name as a link to its section, where it has one. */
function linked(desc) {
  if (desc.file.proto.name !== proto) return `\`${desc.typeName}\``;
  const name = desc.typeName.replace('propylon.v1.', '');
  return `[${name}](#${name.toLowerCase().replaceAll('.', '')})`;
}

/** Optional scalars are oneofs of their own; the others exclude each other. */
function fieldRow(field) {
  const oneof = field.oneof === undefined ? '' : ` (one of \`${field.oneof.name}\`)`;
  return `| \`${field.name}\`${oneof} | ${typeText(field)} | ${oneLine(commentOf(field))} |`;
}

function messageSection(message) {
  const name = message.typeName.replace('propylon.v1.', '');
  return [
    `## ${name}\n`,
    `${oneLine(commentOf(message))}\n`,
    '| field | type | what |',
    '| --- | --- | --- |',
    ...message.fields.map(fieldRow),
    '',
    ...message.nestedEnums.map(enumSection),
    ...message.nestedMessages.map(messageSection),
  ].join('\n');
}

function enumSection(desc) {
  const name = desc.typeName.replace('propylon.v1.', '');
  return [
    `## ${name}\n`,
    `${oneLine(commentOf(desc))}\n`,
    '| value | what |',
    '| --- | --- |',
    ...desc.values.map((value) => `| \`${value.name}\` | ${oneLine(commentOf(value))} |`),
    '',
  ].join('\n');
}

/** FileDescriptorProto.extension is field 7. */
function extensionComment(file, index) {
  const { location } = file.proto.sourceCodeInfo;
  return location.find(({ path }) => path.join('.') === `7.${index}`)?.leadingComments ?? '';
}

/** docs/reference/annotations.md */
export function annotationsPage() {
  const image = readFileSync(new URL('../../gen/image.binpb', import.meta.url));
  const file = createFileRegistry(fromBinary(FileDescriptorSetSchema, image)).getFile(proto);
  const options = file.extensions.map(
    ({ name, extendee }, index) =>
      `| \`option (propylon.v1.${name}) = { … }\` | ${extendee.name} | ${oneLine(extensionComment(file, index))} |`,
  );
  return `# Annotations

What a team declares beside a method, and what each field means. Written by \`npm run build\` out of \`proto/${proto}\`.
[policies.md](../policies.md) explains it; [HTTP rules](http-rules.md) are Google's.

Import \`${proto}\`. In propylon.yaml the same stands under \`policies\`, with names in lowerCamel (\`rateLimits\`), values
of enums without their prefix (\`MODE_NONE\` is \`none\`) and durations as \`30s\`. What is left out everywhere has the default.

| option | stands in | what |
| --- | --- | --- |
${options.join('\n')}

${file.messages.map(messageSection).join('\n')}
${file.enums.map(enumSection).join('\n')}`;
}
