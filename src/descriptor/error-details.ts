import { create } from '@bufbuild/protobuf';
import * as wkt from '@bufbuild/protobuf/wkt';

const { Type, Label } = {
  Type: wkt.FieldDescriptorProto_Type,
  Label: wkt.FieldDescriptorProto_Label,
};

/** A field as "name", "name[]" for repeated; its type a scalar, ".pkg.Message", or "map". */
type FieldTable = Readonly<Record<string, 'string' | 'int32' | 'int64' | 'map' | `.${string}`>>;

/** google/rpc/status.proto and error_details.proto as tables; field numbers count from 1, 0 skips one. */
const statusMessages: Readonly<Record<string, FieldTable>> = {
  Status: { code: 'int32', message: 'string', 'details[]': '.google.protobuf.Any' },
};
const detailMessages: Readonly<Record<string, FieldTable>> = {
  ErrorInfo: { reason: 'string', domain: 'string', metadata: 'map' },
  RetryInfo: { retry_delay: '.google.protobuf.Duration' },
  DebugInfo: { 'stack_entries[]': 'string', detail: 'string' },
  QuotaFailure: { 'violations[]': '.google.rpc.QuotaFailure.Violation' },
  'QuotaFailure.Violation': {
    subject: 'string',
    description: 'string',
    api_service: 'string',
    quota_metric: 'string',
    quota_id: 'string',
    quota_dimensions: 'map',
    quota_value: 'int64',
    future_quota_value: 'int64',
  },
  PreconditionFailure: { 'violations[]': '.google.rpc.PreconditionFailure.Violation' },
  'PreconditionFailure.Violation': { type: 'string', subject: 'string', description: 'string' },
  BadRequest: { 'field_violations[]': '.google.rpc.BadRequest.FieldViolation' },
  'BadRequest.FieldViolation': {
    field: 'string',
    description: 'string',
    reason: 'string',
    localized_message: '.google.rpc.LocalizedMessage',
  },
  RequestInfo: { request_id: 'string', serving_data: 'string' },
  ResourceInfo: { resource_type: 'string', resource_name: 'string', owner: 'string', description: 'string' },
  Help: { 'links[]': '.google.rpc.Help.Link' },
  'Help.Link': { description: 'string', url: 'string' },
  LocalizedMessage: { locale: 'string', message: 'string' },
};

/**
 * What an error body needs and an image may lack: the well-known types and google.rpc's status and
 * error details, in dependency order.
 */
export function builtinFiles(): readonly wkt.FileDescriptorProto[] {
  return [
    wkt.file_google_protobuf_any,
    wkt.file_google_protobuf_descriptor,
    wkt.file_google_protobuf_duration,
    wkt.file_google_protobuf_empty,
    wkt.file_google_protobuf_field_mask,
    wkt.file_google_protobuf_struct,
    wkt.file_google_protobuf_timestamp,
    wkt.file_google_protobuf_wrappers,
  ]
    .map((file) => file.proto)
    .concat([
      rpcFile('google/rpc/status.proto', ['google/protobuf/any.proto'], statusMessages),
      rpcFile('google/rpc/error_details.proto', ['google/protobuf/duration.proto'], detailMessages),
    ]);
}

function rpcFile(
  name: string,
  dependency: string[],
  table: Readonly<Record<string, FieldTable>>,
): wkt.FileDescriptorProto {
  const messages = new Map(
    Object.entries(table).map(([path, fields]) => [path, rpcMessage(path, fields)] as const),
  );
  for (const [path, message] of messages) {
    const dot = path.lastIndexOf('.');
    if (dot > 0) messages.get(path.slice(0, dot))?.nestedType.push(message);
  }
  return create(wkt.FileDescriptorProtoSchema, {
    name,
    package: 'google.rpc',
    syntax: 'proto3',
    dependency,
    messageType: [...messages].filter(([path]) => !path.includes('.')).map(([, message]) => message),
  });
}

function rpcMessage(path: string, fields: FieldTable): wkt.DescriptorProto {
  const message = create(wkt.DescriptorProtoSchema, { name: path.slice(path.lastIndexOf('.') + 1) });
  for (const [index, [key, type]] of Object.entries(fields).entries()) {
    const name = key.replace('[]', '');
    const repeated = key.endsWith('[]') || type === 'map';
    const field = create(wkt.FieldDescriptorProtoSchema, {
      name,
      jsonName: name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      number: index + 1,
      label: repeated ? Label.REPEATED : Label.OPTIONAL,
      type:
        type === 'string'
          ? Type.STRING
          : type === 'int32'
            ? Type.INT32
            : type === 'int64'
              ? Type.INT64
              : Type.MESSAGE,
    });
    if (type.startsWith('.')) field.typeName = type;
    if (type === 'map') {
      const entry = `${name.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())}Entry`;
      field.typeName = `.google.rpc.${path}.${entry}`;
      message.nestedType.push(mapEntry(entry));
    }
    message.field.push(field);
  }
  return message;
}

function mapEntry(name: string): wkt.DescriptorProto {
  const entry = rpcMessage(name, { key: 'string', value: 'string' });
  entry.options = create(wkt.MessageOptionsSchema, { mapEntry: true });
  return entry;
}
