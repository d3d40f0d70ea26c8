import { createHash } from 'node:crypto';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import {
  annotationsOf,
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescriptorRegistry,
  isString,
} from '../descriptor/index.js';
import type { InputRules } from '../gate/index.js';
import { drawing } from './draw.js';
import { echo, merge } from './echo.js';
import { createMessageMaker } from './message-maker.js';
import { type Paging, pageOf, pagingOf } from './paging.js';
import { idText } from './plausible-text.js';
import {
  childPattern,
  matchesPattern,
  nameField,
  nameOfPattern,
  readResourceNames,
} from './resource-names.js';
import { type Made, satisfying } from './satisfying.js';
import { patch, updateMaskOf } from './update.js';
import { packed, withFields } from './well-known-message.js';

/** What the methods of an API answer. */
export interface Answers {
  /**
   * The answer to a request, or what is wrong with the request, for the client. `part` tells the messages of a stream
   * apart. The same for the same arguments.
   */
  answer(method: DescMethod, request: Uint8Array, part: string): Uint8Array | { readonly problem: string };
  /** The rules that a made-up message of a type breaks: what answers with it will break. */
  brokenRules(type: DescMessage): readonly string[];
}

/** A request, and what tells it from others. */
interface Asked {
  readonly method: DescMethod;
  readonly request: ReflectMessage;
  readonly about: string;
  /** Of a stream which message is asked for; empty for the first or only one. */
  readonly part: string;
}

/** A picture of one pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+M8AAAMBAQCIyYI1AAAAAElFTkSuQmCC';

/** More would keep everybody else waiting (AIP-231 wants a limit too). */
const batchMax = 1_000;

export function createAnswers(registry: DescriptorRegistry, rules: InputRules, seed: string): Answers {
  const names = readResourceNames(registry);
  const maker = createMessageMaker(registry, names);
  const make = (type: DescMessage, of: string, finish?: (message: ReflectMessage) => void): Made =>
    satisfying(maker, rules, type, `${seed}\n${type.typeName}\n${of}`, finish);

  /** A resource: all who ask for its name are told the same of it. */
  const resource = (
    type: DescMessage,
    name: string,
    part = '',
    finish?: (message: ReflectMessage) => void,
  ): ReflectMessage =>
    make(type, part === '' ? `name\n${name}` : `name\n${name}\n${part}`, (message) => {
      finish?.(message);
      const field = nameField(type);
      if (field !== undefined) message.set(field, name);
    }).message;

  function list(
    { method: { output }, request, about }: Asked,
    { items, isPaged }: Paging,
  ): ReflectMessage | { problem: string } {
    const type = items.message;
    if (type === undefined) return make(output, about).message;
    const wanted = stringsOf(request, 'names');
    if (wanted.length > batchMax) return { problem: `names has more than ${batchMax} elements` };
    const page = pageOf(`${seed}\n${type.typeName}`, request, isPaged);
    if ('problem' in page) return page;
    const parent = stringOf(request, 'parent');
    const pattern = childPattern(names.ofMessage(type), parent) ?? names.ofMessage(type)[0];
    const item = (at: number): ReflectMessage => {
      const part = `${parent}\n${page.offset + at}`;
      if (pattern === undefined) return make(type, `item\n${about}\n${part}`).message;
      const draw = drawing(`${seed}\n${type.typeName}\nitem\n${part}`);
      return resource(type, nameOfPattern(pattern, draw, parent));
    };
    const made =
      wanted.length > 0
        ? wanted.map((name) => resource(type, name))
        : Array.from({ length: page.count }, (_, at) => item(at));
    return make(output, about, (message) => {
      echo(request, message, (field) => field !== items);
      message.clear(items);
      for (const one of made) message.get(items).add(one);
      for (const field of output.fields) {
        if (field.name === 'next_page_token') message.set(field, page.nextToken);
        if (/^total(_size|_count|_items)?$/.test(field.name) && field.fieldKind === 'scalar')
          setNumber(message, field, page.total);
      }
    }).message;
  }

  /** What the answer is called, where anything says so. */
  function nameOf({ method, request, about }: Asked, type: DescMessage): string | undefined {
    if (nameField(type) === undefined) return undefined;
    const patterns = names.ofMessage(type);
    const fits = (name: string): boolean =>
      name !== '' && (patterns.length === 0 || patterns.some((pattern) => matchesPattern(pattern, name)));
    const held = heldResource(request, type);
    const given = [stringOf(request, 'name'), held === undefined ? '' : stringOf(held, 'name')];
    const isNew = isCreate(method) && patterns.length > 0;
    const named = isNew ? undefined : given.find(fits);
    if (named !== undefined) return named;
    const parent = stringOf(request, 'parent') || (isNew ? '' : stringOf(request, 'name'));
    const pattern = childPattern(patterns, parent) ?? patterns[0];
    if (pattern === undefined) return undefined;
    const draw = drawing(`${seed}\n${method.parent.typeName}.${method.name}\n${about}`);
    return nameOfPattern(
      pattern,
      draw,
      matchesStart(pattern, parent) ? parent : '',
      idOf(request, type) ?? idText(draw),
    );
  }

  function single(asked: Asked, type: DescMessage): ReflectMessage {
    const { method, request, about, part } = asked;
    const finish = (message: ReflectMessage): void => {
      const held = heldResource(request, type);
      const mask = updateMaskOf(request);
      echo(request, message, ({ name }) => name !== 'name' || names.ofMessage(type).length === 0);
      if (held === undefined) return;
      if (mask === undefined) merge(held, message);
      else patch(held, message, mask);
      const etag = type.fields.find((field) => field.name === 'etag' && isString(field));
      // What has changed is another version.
      if (etag !== undefined && !isCreate(method)) message.set(etag, drawing(about).hex(16));
    };
    const name = nameOf(asked, type);
    return name === undefined ? make(type, about, finish).message : resource(type, name, part, finish);
  }

  function operation(asked: Asked): ReflectMessage {
    const { method, request, about } = asked;
    const type = method.output;
    const { response_type: answer, metadata_type: progress } =
      annotationsOf(registry.types, method, operationInfo, 'google.longrunning.OperationInfo') ?? {};
    const held = (name: unknown, part: string): ReflectMessage | undefined => {
      const found = typeNamed(registry, method, name);
      const any = type.fields.find((field) => field.name === part)?.message;
      return found && any && packed(any, undefined, single(asked, found));
    };
    const given = stringOf(request, 'name');
    const name = given.includes('operations/') ? given : `operations/${idText(drawing(`${seed}\n${about}`))}`;
    const empty = registry.message('google.protobuf.Empty');
    const any = type.fields.find((field) => field.name === 'response')?.message;
    const done = held(answer, 'response') ?? (any && empty && packed(any, undefined, withFields(empty, {})));
    const metadata = held(progress, 'metadata');
    return withFields(type, {
      name,
      done: true,
      ...(done === undefined ? {} : { response: done }),
      ...(metadata === undefined ? {} : { metadata }),
    });
  }

  function httpBody({ method, request }: Asked): ReflectMessage {
    const isPicture = /image|picture|photo|thumbnail|avatar|icon/i.test(method.name);
    const text = `${method.parent.typeName}.${method.name} ${stringOf(request, 'name')}`.trim();
    return withFields(method.output, {
      content_type: isPicture ? 'image/png' : 'text/plain; charset=utf-8',
      data: isPicture ? Buffer.from(pixel, 'base64') : Buffer.from(`${text}\n`),
    });
  }

  function answerOf(asked: Asked): ReflectMessage | { problem: string } {
    const { output } = asked.method;
    if (output.typeName === 'google.api.HttpBody') return httpBody(asked);
    if (output.typeName === 'google.longrunning.Operation') return operation(asked);
    const paging = pagingOf(asked.method);
    return paging === undefined ? single(asked, output) : list(asked, paging);
  }

  return {
    answer(method, binary, part) {
      const request = reflect(method.input, fromBinary(method.input, binary));
      const digest = createHash('sha256').update(binary).digest('base64url');
      const about = `${method.parent.typeName}.${method.name}
${digest}
${part}`;
      const made = answerOf({ method, request, about, part });
      return 'problem' in made ? made : toBinary(made.desc, made.message);
    },
    brokenRules: (type) => make(type, 'trial').broken,
  };
}

const isCreate = ({ name }: DescMethod): boolean => /^(Create|Add|Insert|Import)/.test(name);

/** Number of the extension google.longrunning.operation_info of google.protobuf.MethodOptions. */
const operationInfo = 1049;

function typeNamed(registry: DescriptorRegistry, method: DescMethod, name: unknown): DescMessage | undefined {
  if (typeof name !== 'string' || name === '') return undefined;
  return registry.message(name) ?? registry.message(`${method.parent.file.proto.package}.${name}`);
}

/** The resource that a request has, to be made or changed. */
function heldResource(request: ReflectMessage, type: DescMessage): ReflectMessage | undefined {
  const field = request.fields.find((known) => known.fieldKind === 'message' && known.message === type);
  return field?.fieldKind === 'message' && request.isSet(field) ? request.get(field) : undefined;
}

/** The id that a client has chosen for what it creates (AIP-133): of a Book, `book_id`. */
function idOf(request: ReflectMessage, type: DescMessage): string | undefined {
  const snake = type.name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
  const id = stringOf(request, `${snake}_id`);
  return id === '' || id.includes('/') ? undefined : id;
}

function matchesStart(pattern: string, parent: string): boolean {
  const count = parent.split('/').length;
  return parent !== '' && matchesPattern(pattern.split('/').slice(0, count).join('/'), parent);
}

function stringOf(message: ReflectMessage, name: string): string {
  const field = message.fields.find((known) => known.name === name && known.fieldKind === 'scalar');
  const value: unknown = field && message.get(field);
  return typeof value === 'string' ? value : '';
}

function stringsOf(message: ReflectMessage, name: string): readonly string[] {
  const field = message.fields.find((known) => known.name === name && known.fieldKind === 'list');
  const value = field && (message.get(field) as Iterable<unknown>);
  return value === undefined ? [] : [...value].filter((item) => typeof item === 'string');
}

function setNumber(message: ReflectMessage, field: DescField, value: number): void {
  try {
    message.set(field, value);
  } catch {
    message.set(field, BigInt(value));
  }
}
