import type { DescEnum, DescExtension, DescField, DescFile, DescMessage, Registry } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { toText } from '@bufbuild/protobuf/txtpb';
import {
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  FieldOptionsSchema,
  FileOptionsSchema,
  MessageOptionsSchema,
  type MethodOptionsSchema,
  OneofOptionsSchema,
  type ServiceOptionsSchema,
} from '@bufbuild/protobuf/wkt';

/**
 * A descriptor as the text of a .proto file, without comments: for files whose text no package carries
 * (buf/validate/validate.proto lives in npm as a descriptor only), so that a compiler can import them.
 * Compiled again, the text yields the same descriptor. Of proto2 and proto3 it prints everything but
 * services and groups; throws a RangeError at what it can't print.
 */
export function printProto(file: DescFile, types: Registry): string {
  const { proto } = file;
  const syntax = proto.syntax === '' ? 'proto2' : proto.syntax;
  if (syntax !== 'proto2' && syntax !== 'proto3')
    throw new RangeError(`${file.name}.proto: only proto2 and proto3 are printed`);
  if (file.services.length > 0) throw new RangeError(`${file.name}.proto: services are not printed`);
  const printer: Printer = { types, labels: syntax === 'proto2' };
  const lines = [
    `syntax = "${syntax}";`,
    ...(proto.package === '' ? [] : [`package ${proto.package};`]),
    ...proto.dependency.map((path, index) => {
      const kind = proto.publicDependency.includes(index) ? 'public ' : '';
      return `import ${kind}${JSON.stringify(path)};`;
    }),
    ...optionsOf(printer, FileOptionsSchema, proto.options).map((option) => `option ${option};`),
    ...file.extensions.flatMap((extension) => extensionText(printer, extension)),
    ...file.enums.flatMap((desc) => enumText(printer, desc)),
    ...file.messages.flatMap((desc) => messageText(printer, desc)),
  ];
  return `${lines.join('\n')}\n`;
}

export interface Printer {
  readonly types: Registry;
  /** proto2 says `optional` of every singular field outside a oneof. */
  readonly labels: boolean;
}

type OptionsSchema =
  | typeof ServiceOptionsSchema
  | typeof MethodOptionsSchema
  | typeof EnumOptionsSchema
  | typeof EnumValueOptionsSchema
  | typeof FieldOptionsSchema
  | typeof FileOptionsSchema
  | typeof MessageOptionsSchema
  | typeof OneofOptionsSchema;

/** Largest field number, written `max` in ranges; the descriptor's end is exclusive. */
const rangeEndMax = 536870912;

function messageText(printer: Printer, desc: DescMessage): string[] {
  const { proto } = desc;
  const body = [
    ...optionsOf(printer, MessageOptionsSchema, proto.options).map((option) => `option ${option};`),
    ...desc.nestedEnums.flatMap((nested) => enumText(printer, nested)),
    // Map entries are nested messages that `map<…>` declares.
    ...desc.nestedMessages.flatMap((nested) => messageText(printer, nested)),
    ...desc.nestedExtensions.flatMap((extension) => extensionText(printer, extension)),
    ...desc.members.flatMap((member) => {
      if (member.kind === 'field') return [fieldText(printer, member, printer.labels)];
      return [
        `oneof ${member.name} {`,
        ...indent([
          ...optionsOf(printer, OneofOptionsSchema, member.proto.options).map(
            (option) => `option ${option};`,
          ),
          ...member.fields.map((field) => fieldText(printer, field, false)),
        ]),
        '}',
      ];
    }),
    ...proto.extensionRange.map((range) => `extensions ${rangeText(range.start, range.end)};`),
    ...proto.reservedRange.map((range) => `reserved ${rangeText(range.start, range.end)};`),
    ...(proto.reservedName.length === 0
      ? []
      : [`reserved ${proto.reservedName.map((name) => JSON.stringify(name)).join(', ')};`]),
  ];
  return [`message ${desc.name} {`, ...indent(body), '}'];
}

function enumText(printer: Printer, desc: DescEnum): string[] {
  const { proto } = desc;
  const body = [
    ...optionsOf(printer, EnumOptionsSchema, proto.options).map((option) => `option ${option};`),
    ...desc.values.map(
      (value) =>
        `${value.name} = ${value.number}${bracketed(optionsOf(printer, EnumValueOptionsSchema, value.proto.options))};`,
    ),
    ...proto.reservedRange.map((range) =>
      range.start === range.end
        ? `reserved ${range.start};`
        : `reserved ${range.start} to ${range.end === 2147483647 ? 'max' : range.end};`,
    ),
    ...proto.reservedName.map((name) => `reserved ${JSON.stringify(name)};`),
  ];
  return [`enum ${desc.name} {`, ...indent(body), '}'];
}

function extensionText(printer: Printer, desc: DescExtension): string[] {
  return [
    `extend .${desc.extendee.typeName} {`,
    ...indent([fieldText(printer, desc, printer.labels || desc.proto.proto3Optional)]),
    '}',
  ];
}

function fieldText(printer: Printer, desc: DescField | DescExtension, labelled: boolean): string {
  const { proto } = desc;
  const extras = [...optionsOf(printer, FieldOptionsSchema, proto.options)];
  if (proto.defaultValue !== '') extras.push(`default = ${defaultText(desc, proto.defaultValue)}`);
  // An extension has no json_name of its own to say.
  if (desc.kind === 'field' && proto.jsonName !== lowerCamel(desc.name))
    extras.push(`json_name = ${JSON.stringify(proto.jsonName)}`);
  return `${labelOf(desc, labelled)}${typeText(desc)} ${desc.name} = ${desc.number}${bracketed(extras)};`;
}

export function labelOf(desc: DescField | DescExtension, labelled: boolean): string {
  if (desc.fieldKind === 'map') return '';
  if (desc.fieldKind === 'list') return 'repeated ';
  if (desc.proto.proto3Optional) return 'optional ';
  if (!labelled) return '';
  // LABEL_REQUIRED of descriptor.proto.
  return desc.proto.label === 2 ? 'required ' : 'optional ';
}

export function typeText(desc: DescField | DescExtension): string {
  switch (desc.fieldKind) {
    case 'map':
      return `map<${scalarText(desc.mapKey)}, ${elementText(desc.mapKind, desc)}>`;
    case 'list':
      return elementText(desc.listKind, desc);
    default:
      return elementText(desc.fieldKind, desc);
  }
}

function elementText(kind: 'scalar' | 'enum' | 'message', desc: DescField | DescExtension): string {
  // TYPE_GROUP of descriptor.proto.
  if (desc.proto.type === 10) throw new RangeError(`${desc.name}: groups are not printed`);
  if (kind === 'enum' && desc.enum !== undefined) return `.${desc.enum.typeName}`;
  if (kind === 'message' && desc.message !== undefined) return `.${desc.message.typeName}`;
  if (kind === 'scalar' && desc.scalar !== undefined) return scalarText(desc.scalar);
  throw new RangeError(`${desc.name}: a field without a type`);
}

function scalarText(type: ScalarType): string {
  return ScalarType[type].toLowerCase();
}

function defaultText(desc: DescField | DescExtension, value: string): string {
  return desc.scalar === ScalarType.STRING ? JSON.stringify(value) : value;
}

/** protoc's default json_name. */
function lowerCamel(name: string): string {
  return name.replace(/_+(.?)/g, (_, letter: string) => letter.toUpperCase());
}

/** `name = value` of every option that is set. The text format knows the values; a .proto spells the names. */
export function optionsOf<T extends OptionsSchema>(
  printer: Printer,
  schema: T,
  options: Parameters<typeof toText<T>>[1] | undefined,
): string[] {
  if (options === undefined) return [];
  const found: string[] = [];
  for (const line of toText(schema, options, { registry: printer.types }).split('\n')) {
    const start = /^(\[?)([\w.]+)\]?:? (.*)$/.exec(line);
    if (start === null) {
      if (line !== '') found.push(`${found.pop() ?? ''}\n${line}`);
      continue;
    }
    const [, bracket, name, value] = start;
    found.push(`${bracket === '' ? name : `(${name})`} = ${value}`);
  }
  return found;
}

export function bracketed(options: readonly string[]): string {
  return options.length === 0 ? '' : ` [${options.join(', ')}]`;
}

function rangeText(start: number, end: number): string {
  if (end === rangeEndMax) return `${start} to max`;
  return end === start + 1 ? String(start) : `${start} to ${end - 1}`;
}

function indent(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`);
}
