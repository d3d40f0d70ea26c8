import { pick, type Random } from '../../../support/random-message.js';

/** A field as its author writes it. */
export interface ApiField {
  name: string;
  jsonName?: string;
  number: number;
  type: string;
  label: '' | 'optional' | 'repeated' | 'map';
  oneof?: string;
  behavior?: 'REQUIRED' | 'OUTPUT_ONLY' | 'INPUT_ONLY' | 'IMMUTABLE';
  /** Of buf.validate.FieldRules: "string.min_len = 2". */
  rule?: string;
}

export interface ApiMessage {
  name: string;
  fields: ApiField[];
}

export interface ApiRule {
  httpMethod: string;
  /** "/v1/{name=things/*}:act" */
  template: string;
  /** "*", the name of a field, or "" for none. */
  body: string;
  responseBody: string;
}

export interface ApiMethod {
  name: string;
  takes: string;
  gives: string;
  isStreamed: boolean;
  /** Words of propylon.v1.method. */
  policy: string;
  rules: ApiRule[];
}

/** An API as its author knows it: one service, its messages, one enum, all in one package. */
export interface Api {
  package: string;
  service: string;
  comment: string;
  /** Whether messages stand in the order of their names backwards. */
  isReversed: boolean;
  messages: ApiMessage[];
  enumName: string;
  values: { name: string; number: number }[];
  methods: ApiMethod[];
}

const scalars = [
  ...[
    'string',
    'string',
    'string',
    'string',
    'int32',
    'int64',
    'uint32',
    'uint64',
    'double',
    'bool',
    'bytes',
  ],
  ...['sint32', 'fixed64', 'float', 'Kind', 'Kind'],
];
const wellKnown = ['Timestamp', 'Duration', 'StringValue', 'Int32Value', 'Int64Value', 'BoolValue'].map(
  (name) => `google.protobuf.${name}`,
);
const others = [
  'google.protobuf.Struct',
  'google.protobuf.Value',
  'google.protobuf.Any',
  'Part',
  'Part',
  'Part',
];
const names = [
  ...[
    'title',
    'display_name',
    'page_count',
    'size_bytes',
    'note',
    'etag',
    'kind',
    'is_open',
    'weight',
    'labels',
  ],
  ...[
    'owner_email',
    'amount',
    'start_time',
    'max_age',
    'extra',
    'part',
    'backup_part',
    'code',
    'rank_order',
    'tag',
  ],
];

/** A type for a field, as often as APIs have it. */
export function randomType(random: Random): string {
  const roll = random();
  if (roll < 0.62) return pick(random, scalars);
  return pick(random, roll < 0.8 ? wellKnown : others);
}

export const isScalar = (type: string): boolean => scalars.includes(type);

/** A rule of buf.validate that values of the type can keep; undefined where there is none here. */
export function randomRule(random: Random, { type, label }: ApiField): string | undefined {
  if (label === 'repeated') return pick(random, ['repeated.max_items = 5', 'repeated.min_items = 1']);
  if (label === 'map') return 'map.max_pairs = 4';
  if (type === 'string')
    return pick(random, [
      ...['string.min_len = 2', 'string.max_len = 40', 'string.max_len = 64', 'string.min_len = 1'],
      ...['string.pattern = "^[^!]*$"', 'string.not_in = "a"'],
    ]);
  if (type === 'int32')
    return pick(random, ['int32 = { gte: 0 lte: 500 }', 'int32.lt = 100000', 'int32.gte = -5']);
  if (type === 'uint32') return 'uint32.lte = 1000';
  if (type === 'int64') return 'int64.gt = -10';
  if (type === 'double') return 'double.gte = 0';
  return type === 'Kind' ? 'enum.defined_only = true' : undefined;
}

export function randomField(random: Random, name: string, number: number): ApiField {
  const type = randomType(random);
  const roll = random();
  const label =
    roll < 0.12 ? 'repeated' : roll < 0.2 ? 'map' : roll < 0.28 && isScalar(type) ? 'optional' : '';
  const field: ApiField = { name, number, type, label };
  if (random() < 0.08) field.jsonName = `${name.replace(/_.*/, '')}Json`;
  if (random() < 0.18)
    field.behavior = pick(random, ['REQUIRED', 'OUTPUT_ONLY', 'INPUT_ONLY', 'IMMUTABLE'] as const);
  const rule = random() < 0.25 ? randomRule(random, field) : undefined;
  if (rule !== undefined) field.rule = rule;
  return field;
}

function randomFields(random: Random, count: number, first: number): ApiField[] {
  const free = names.toSorted(() => random() - 0.5);
  const fields = Array.from({ length: count }, (_, index) =>
    randomField(random, free[index] ?? `f${index}`, first + index),
  );
  // Some pair of singular fields in a oneof.
  const single = fields.filter(({ label }) => label === '');
  if (single.length > 2 && random() < 0.6) {
    for (const field of single.slice(0, 2)) {
      field.oneof = 'choice';
      delete field.behavior;
      delete field.rule;
    }
  }
  return fields;
}

/** A library of methods as APIs have them, of which each API has some. */
export function randomApi(random: Random, name: string): Api {
  const own = (fieldName: string, number: number, type = 'string'): ApiField => ({
    name: fieldName,
    number,
    type,
    label: '',
  });
  const message = (messageName: string, fixed: ApiField[], count: number): ApiMessage => {
    const taken = new Set(fixed.map((field) => field.name));
    return {
      name: messageName,
      fields: [...fixed, ...randomFields(random, count, 10).filter((field) => !taken.has(field.name))],
    };
  };
  const part: ApiMessage = {
    name: 'Part',
    fields: randomFields(random, 4, 1).filter(({ type }) => type !== 'Part'),
  };
  if (part.fields.length === 0) part.fields.push(own('text', 1));
  const messages = [
    part,
    message('Thing', [own('name', 1), own('main_part', 2, 'Part')], 6),
    message('GetThingRequest', [own('name', 1)], 3),
    message('ListThingsRequest', [own('page_size', 1, 'int32'), own('filter', 3)], 2),
    message('ListThingsResponse', [{ ...own('things', 1, 'Thing'), label: 'repeated' }], 1),
    message('CreateThingRequest', [own('thing', 1, 'Thing'), own('thing_id', 2)], 2),
    message('UpdateThingRequest', [own('thing', 1, 'Thing'), own('allow_missing', 2, 'bool')], 1),
    message('ActRequest', [own('name', 1), own('reason', 2), own('part', 3, 'Part')], 4),
    message('FindRequest', [own('shelf', 1), own('row', 2, 'int32'), own('near', 3, 'Part')], 6),
  ];
  const rule = (httpMethod: string, template: string, body = '', responseBody = ''): ApiRule => ({
    httpMethod,
    template: template.replace('/v1', `/v1/${name}`),
    body,
    responseBody,
  });
  const method = (methodName: string, takes: string, gives: string, ...rules: ApiRule[]): ApiMethod => ({
    name: methodName,
    takes,
    gives,
    isStreamed: false,
    policy: '',
    rules,
  });
  const find = method(
    'FindThing',
    'FindRequest',
    'Thing',
    rule('get', '/v1/shelves/{shelf}/rows/{row}'),
    rule('post', '/v1/finds', '*', random() < 0.4 ? 'main_part' : ''),
  );
  if (random() < 0.3) find.rules.pop();
  const methods = [
    method('GetThing', 'GetThingRequest', 'Thing', rule('get', '/v1/{name=things/*}')),
    method('ListThings', 'ListThingsRequest', 'ListThingsResponse', rule('get', '/v1/things')),
    method('CreateThing', 'CreateThingRequest', 'Thing', rule('post', '/v1/things', 'thing')),
    method('UpdateThing', 'UpdateThingRequest', 'Thing', rule('patch', '/v1/{thing.name=things/*}', 'thing')),
    method('Act', 'ActRequest', 'Part', rule('post', '/v1/{name=things/*}:act', '*')),
    find,
    {
      ...method('Watch', 'GetThingRequest', 'Thing', rule('get', '/v1/{name=things/*}:watch')),
      isStreamed: true,
    },
  ];
  return {
    package: `${name}.v1`,
    service: 'Things',
    comment: '',
    isReversed: false,
    messages,
    enumName: 'Kind',
    values: ['KIND_UNSPECIFIED', 'SMALL', 'LARGE', 'HUGE'].map((value, number) => ({ name: value, number })),
    methods: methods.filter((_, index) => index === 0 || random() < 0.65),
  };
}
