import { create } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  OneofDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';

/** One field: its type, then "repeated" where it is. Numbers are given by position, from 1. */
type FieldSpec = readonly [name: string, type: string, repeated?: 'repeated'];

const scalars: Readonly<Record<string, FieldDescriptorProto_Type>> = {
  string: FieldDescriptorProto_Type.STRING,
  int32: FieldDescriptorProto_Type.INT32,
  int64: FieldDescriptorProto_Type.INT64,
};

function message(
  name: string,
  fields: readonly FieldSpec[],
  nestedType: DescriptorProto[] = [],
  options?: { readonly mapEntry: true },
): DescriptorProto {
  return create(DescriptorProtoSchema, {
    name,
    ...(options === undefined ? {} : { options }),
    nestedType,
    field: fields.map(([fieldName, type, repeated], index) => {
      const scalar = scalars[type];
      return {
        name: fieldName,
        jsonName: fieldName.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
        number: index + 1,
        label: repeated ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
        ...(scalar === undefined
          ? { type: FieldDescriptorProto_Type.MESSAGE, typeName: `.google.${type}` }
          : { type: scalar }),
      };
    }),
  });
}

function stringMapEntry(name: string): DescriptorProto {
  const fields: readonly FieldSpec[] = [
    ['key', 'string'],
    ['value', 'string'],
  ];
  return message(name, fields, [], { mapEntry: true });
}

/**
 * google/rpc/status.proto and google/rpc/error_details.proto, as far as the wire and JSON need them.
 *
 * Backends send these in `grpc-status-details-bin` whether or not their own protos import them, so
 * every registry knows them; where a source brings its own, that one is used.
 */
export function errorDetailFiles(): FileDescriptorProto[] {
  const status = create(FileDescriptorProtoSchema, {
    name: 'google/rpc/status.proto',
    package: 'google.rpc',
    syntax: 'proto3',
    dependency: ['google/protobuf/any.proto'],
    messageType: [
      message('Status', [
        ['code', 'int32'],
        ['message', 'string'],
        ['details', 'protobuf.Any', 'repeated'],
      ]),
    ],
  });
  const details = create(FileDescriptorProtoSchema, {
    name: 'google/rpc/error_details.proto',
    package: 'google.rpc',
    syntax: 'proto3',
    dependency: ['google/protobuf/any.proto', 'google/protobuf/duration.proto'],
    messageType: [
      message(
        'ErrorInfo',
        [
          ['reason', 'string'],
          ['domain', 'string'],
          ['metadata', 'rpc.ErrorInfo.MetadataEntry', 'repeated'],
        ],
        [stringMapEntry('MetadataEntry')],
      ),
      message('RetryInfo', [['retry_delay', 'protobuf.Duration']]),
      message('DebugInfo', [
        ['stack_entries', 'string', 'repeated'],
        ['detail', 'string'],
      ]),
      quotaFailure(),
      message(
        'PreconditionFailure',
        [['violations', 'rpc.PreconditionFailure.Violation', 'repeated']],
        [
          message('Violation', [
            ['type', 'string'],
            ['subject', 'string'],
            ['description', 'string'],
          ]),
        ],
      ),
      message(
        'BadRequest',
        [['field_violations', 'rpc.BadRequest.FieldViolation', 'repeated']],
        [
          message('FieldViolation', [
            ['field', 'string'],
            ['description', 'string'],
            ['reason', 'string'],
            ['localized_message', 'rpc.LocalizedMessage'],
          ]),
        ],
      ),
      message('RequestInfo', [
        ['request_id', 'string'],
        ['serving_data', 'string'],
      ]),
      message('ResourceInfo', [
        ['resource_type', 'string'],
        ['resource_name', 'string'],
        ['owner', 'string'],
        ['description', 'string'],
      ]),
      message(
        'Help',
        [['links', 'rpc.Help.Link', 'repeated']],
        [
          message('Link', [
            ['description', 'string'],
            ['url', 'string'],
          ]),
        ],
      ),
      message('LocalizedMessage', [
        ['locale', 'string'],
        ['message', 'string'],
      ]),
    ],
  });
  return [status, details];
}

function quotaFailure(): DescriptorProto {
  const violation = message(
    'Violation',
    [
      ['subject', 'string'],
      ['description', 'string'],
      ['api_service', 'string'],
      ['quota_metric', 'string'],
      ['quota_id', 'string'],
      ['quota_dimensions', 'rpc.QuotaFailure.Violation.QuotaDimensionsEntry', 'repeated'],
      ['quota_value', 'int64'],
      ['future_quota_value', 'int64'],
    ],
    [stringMapEntry('QuotaDimensionsEntry')],
  );
  // The one message here with a presence-tracking field (`optional int64 future_quota_value = 8`).
  const future = violation.field[7];
  if (future !== undefined) {
    future.proto3Optional = true;
    future.oneofIndex = 0;
  }
  violation.oneofDecl = [create(OneofDescriptorProtoSchema, { name: '_future_quota_value' })];
  return message('QuotaFailure', [['violations', 'rpc.QuotaFailure.Violation', 'repeated']], [violation]);
}
