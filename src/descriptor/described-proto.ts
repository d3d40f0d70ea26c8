import type { DescEnum, DescField, DescMessage, DescMethod, DescService, Registry } from '@bufbuild/protobuf';
import {
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  FieldOptionsSchema,
  MessageOptionsSchema,
  MethodOptionsSchema,
  OneofOptionsSchema,
  ServiceOptionsSchema,
} from '@bufbuild/protobuf/wkt';
import { commentOf } from './comment.js';
import type { Located } from './location.js';
import { bracketed, labelOf, optionsOf, type Printer, typeText } from './proto-text.js';

/**
 * A service, method, message or enum as the text of a .proto, with its comments and options: for people to read, with
 * full names of types.
 */
export function describedProto(
  types: Registry,
  desc: DescService | DescMethod | DescMessage | DescEnum,
): string {
  const printer: Printer = { types, labels: false };
  return `${described(printer, desc).join('\n')}\n`;
}

function described(printer: Printer, desc: DescService | DescMethod | DescMessage | DescEnum): string[] {
  switch (desc.kind) {
    case 'service':
      return block(desc, `service ${desc.typeName}`, [
        ...statements(optionsOf(printer, ServiceOptionsSchema, desc.proto.options)),
        ...desc.methods.flatMap((method) => methodLines(printer, method, method.name)),
      ]);
    case 'rpc':
      return methodLines(printer, desc, `${desc.parent.typeName}.${desc.name}`);
    case 'message':
      return block(desc, `message ${desc.typeName}`, [
        ...statements(optionsOf(printer, MessageOptionsSchema, desc.proto.options)),
        ...desc.members.flatMap((member) =>
          member.kind === 'field'
            ? fieldLines(printer, member)
            : block(member, `oneof ${member.name}`, [
                ...statements(optionsOf(printer, OneofOptionsSchema, member.proto.options)),
                ...member.fields.flatMap((field) => fieldLines(printer, field)),
              ]),
        ),
      ]);
    case 'enum':
      return block(desc, `enum ${desc.typeName}`, [
        ...statements(optionsOf(printer, EnumOptionsSchema, desc.proto.options)),
        ...desc.values.flatMap((value) => [
          ...comment(value),
          `${value.name} = ${value.number}${bracketed(optionsOf(printer, EnumValueOptionsSchema, value.proto.options))};`,
        ]),
      ]);
  }
}

function methodLines(printer: Printer, method: DescMethod, name: string): string[] {
  const { input, output, methodKind, proto } = method;
  const [takes, gives] = [
    methodKind.startsWith('client') || methodKind.startsWith('bidi'),
    !/^(unary|client)/.test(methodKind),
  ];
  const head = `rpc ${name}(${takes ? 'stream ' : ''}${input.typeName}) returns (${gives ? 'stream ' : ''}${output.typeName})`;
  const options = statements(optionsOf(printer, MethodOptionsSchema, proto.options));
  return options.length === 0 ? [...comment(method), `${head};`] : block(method, head, options);
}

function fieldLines(printer: Printer, field: DescField): string[] {
  const options = bracketed(optionsOf(printer, FieldOptionsSchema, field.proto.options));
  // The dot that makes a name full is for compilers.
  const type = typeText(field).replace(/(^|[ ,<])\./g, '$1');
  return [...comment(field), `${labelOf(field, false)}${type} ${field.name} = ${field.number}${options};`];
}

function block(desc: Located, head: string, body: readonly string[]): string[] {
  if (body.length === 0) return [...comment(desc), `${head} {}`];
  return [
    ...comment(desc),
    `${head} {`,
    ...body.flatMap((line) => line.split('\n')).map((line) => `  ${line}`),
    '}',
  ];
}

const statements = (options: readonly string[]): string[] => options.map((option) => `option ${option};`);

function comment(desc: Located): string[] {
  const text = commentOf(desc).trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => `//${line}`.trimEnd());
}
