/** A kind of difference, and what it usually comes from. */
export interface DifferenceClass {
  readonly what: string;
  /** For those who move to Propylon; "" where nothing is known. */
  readonly why: string;
}

/** Every kind that a comparison can find; `--ignore` takes their names. */
export const differenceClasses = {
  status: {
    what: 'another status',
    why: 'Envoy hands what it cannot transcode, such as an unknown query parameter, to the backend as it is, which says 415.',
  },
  'status-unserved': {
    what: 'another status where nothing is served',
    why: 'An unknown path is 404 and a known one with another HTTP method 405 (with Allow); grpc-gateway says 501 for the latter, Envoy hands what it does not know to the backend (404, 415, 503).',
  },
  refused: {
    what: 'a request that was answered is refused by the gateway itself',
    why: 'Propylon reads requests strictly; propylon.yaml has a setting for each leniency (docs/configuration.md, requests).',
  },
  unanswered: { what: 'no answer', why: 'The connection failed, or the answer was not whole in time.' },
  header: { what: 'another header field', why: '' },
  'content-type': { what: 'another content type', why: '' },
  'header-prefix': {
    what: 'a header field without its prefix, or gone',
    why: 'grpc-gateway sends metadata as Grpc-Metadata-NAME. Propylon sends some by plain name, and what metadata.response adds.',
  },
  'stream-envelope': {
    what: 'messages of a stream with an envelope, or without',
    why: 'grpc-gateway wraps each message as {"result":…}; Propylon does with streamEnvelope: grpc-gateway.',
  },
  'stream-framing': {
    what: 'another framing of a stream',
    why: 'Envoy sends one array unless it is told otherwise, grpc-gateway lines as application/json; Propylon what Accept asks for, else what streamFormats says, else lines.',
  },
  'stream-end': {
    what: 'a body that breaks off, or one that ends well',
    why: 'Behind an error in mid-stream Propylon breaks the body off, that nobody takes it for whole; with streamCleanEnd: true it ends well, as with grpc-gateway.',
  },
  'stream-length': { what: 'more or fewer messages', why: '' },
  'empty-body': { what: 'an empty body, or {}', why: '' },
  'int64-form': {
    what: 'a 64-bit integer as a number, or as a string',
    why: 'ProtoJSON prints strings. Gateways that print numbers lose digits beyond 2^53.',
  },
  'float-form': { what: 'a float with more digits', why: 'One of them prints 32-bit floats as 64-bit ones.' },
  'enum-form': {
    what: 'an enum as a number, or by its name',
    why: 'grpc-gateway (UseEnumNumbers) and Envoy (always_print_enums_as_ints) can print numbers; so does Propylon with json.enumsAsNumbers.',
  },
  'time-form': { what: 'the same time or duration, written otherwise', why: '' },
  'bytes-form': { what: 'the same bytes in another base64', why: '' },
  defaults: {
    what: 'unset fields with their defaults, or left out',
    why: 'grpc-gateway prints them unless EmitUnpopulated is off, Envoy with always_print_primitive_fields; Propylon with json.emitDefaults.',
  },
  'field-names': {
    what: 'a field under its other name',
    why: 'grpc-gateway (UseProtoNames) and Envoy (preserve_proto_field_names) can print proto names; so does Propylon with json.protoNames.',
  },
  'field-missing': { what: 'a field that is gone', why: '' },
  'field-added': { what: 'a field that is new', why: '' },
  'list-length': { what: 'more or fewer elements', why: '' },
  value: { what: 'another value', why: '' },
  body: { what: 'another body', why: '' },
  'error-shape': {
    what: 'an error in another form',
    why: 'Propylon answers with a bare google.rpc.Status; errors: envelope or problem change that. Envoy without convert_grpc_status has header fields only.',
  },
  'error-code': { what: 'an error with another code', why: '' },
  'error-message': {
    what: 'an error in other words',
    why: 'What a gateway refuses by itself, it says in words of its own; those of a backend are passed on.',
  },
  'error-details': {
    what: 'an error with other details',
    why: 'Propylon adds ErrorInfo to what it refuses itself; some gateways drop details of types that they do not know.',
  },
} as const satisfies Readonly<Record<string, DifferenceClass>>;

export type DifferenceName = keyof typeof differenceClasses;

/** One difference between two answers. */
export interface Difference {
  readonly class: DifferenceName;
  /** "$.items[].price.units", "location", "200 → 404": differences that have the same are counted together. */
  readonly place: string;
  readonly expected: string;
  readonly actual: string;
}

export function isDifferenceName(name: string): name is DifferenceName {
  return Object.hasOwn(differenceClasses, name);
}
