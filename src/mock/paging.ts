import { createHash } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { type DescField, type DescMethod, ScalarType } from '../descriptor/index.js';
import { type Draw, drawing } from './draw.js';

/** The items that one answer has, and what it says of the others. */
export interface Page {
  readonly offset: number;
  readonly count: number;
  readonly total: number;
  /** Empty on the last page. */
  readonly nextToken: string;
}

/** A list of a method's answer that comes in pages (AIP-158), or as a whole. */
export interface Paging {
  readonly items: DescField & { readonly fieldKind: 'list' };
  readonly isPaged: boolean;
}

const sizeUsual = 10;
const itemsMin = 12;
const itemsMax = 40;

/** How a method answers with a list of messages; undefined where it does not. */
export function pagingOf({ input, output, name }: DescMethod): Paging | undefined {
  const lists = output.fields.filter((field) => field.fieldKind === 'list' && field.listKind === 'message');
  const [items] = lists;
  if (items?.fieldKind !== 'list') return undefined;
  const has = (fields: readonly DescField[], wanted: string): boolean =>
    fields.some(
      (field) => field.name === wanted && field.scalar === ScalarType.STRING && field.fieldKind === 'scalar',
    );
  const isPaged = has(output.fields, 'next_page_token') && has(input.fields, 'page_token');
  return isPaged || (lists.length === 1 && /^(List|Search|Query|BatchGet|Find)/.test(name))
    ? { items, isPaged }
    : undefined;
}

/** The page that a request asks for. A problem, for the client, where what it says is none. */
export function pageOf(
  seed: string,
  request: ReflectMessage,
  isPaged: boolean,
): Page | { readonly problem: string } {
  const question = digestOf(request);
  const draw: Draw = drawing(`${seed}\nlist\n${question}`);
  if (!isPaged) {
    const count = draw.whole(3, 8);
    return { offset: 0, count, total: count, nextToken: '' };
  }
  const total = draw.whole(itemsMin, itemsMax);
  const mark = draw.hex(8);
  const size = Number(scalarOf(request, 'page_size') ?? 0);
  if (size < 0) return { problem: 'page_size must not be negative.' };
  const token = String(scalarOf(request, 'page_token') ?? '');
  const offset = token === '' ? 0 : offsetIn(token, mark);
  if (offset === undefined || offset >= total)
    return { problem: 'page_token is none that was given for a request with these fields.' };
  const count = Math.min(size === 0 ? sizeUsual : size, total - offset);
  const next = offset + count;
  return { offset, count, total, nextToken: next < total ? tokenOf(next, mark) : '' };
}

const tokenOf = (offset: number, mark: string): string =>
  Buffer.from(`${mark}.${offset}`).toString('base64url');

function offsetIn(token: string, mark: string): number | undefined {
  const [, given, offset] =
    /^([0-9a-f]{8})\.(\d{1,4})$/.exec(Buffer.from(token, 'base64url').toString('latin1')) ?? [];
  return given === mark ? Number(offset) : undefined;
}

function scalarOf(request: ReflectMessage, name: string): unknown {
  const field = request.fields.find((known) => known.name === name && known.fieldKind === 'scalar');
  return field && request.get(field);
}

/** Which page, and how much of each item: what all pages of one list may differ in. */
const ofPages = /^(page_size|page_token|skip|read_mask|field_mask|view|request_id)$/;

/** What a request asks for, but for the page of it. */
function digestOf(request: ReflectMessage): string {
  const hash = createHash('sha256').update(request.desc.typeName);
  return hash.update(withoutPages(request)).digest('base64url');
}

function withoutPages(request: ReflectMessage): Uint8Array {
  const kept = reflect(request.desc, create(request.desc));
  for (const field of request.fields)
    if (request.isSet(field) && !ofPages.test(field.name)) kept.set(field, request.get(field));
  return toBinary(kept.desc, kept.message);
}
