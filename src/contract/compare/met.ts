import type { DescField } from '../../descriptor/index.js';
import type { Use } from './type-change.js';

/** Where and how clients meet a value. */
export interface Met {
  readonly use: Use;
  /** Whether both sides print enums as numbers; where they differ, that is said once for all. */
  readonly enumsAsNumbers: boolean;
  /** Whether names before were those of the .proto file. */
  readonly protoNames: boolean;
  /** Whether both sides print unset fields. */
  readonly printsUnset: boolean;
  /** "the body of POST /v1/things" */
  readonly place: string;
  /** Names that lead there, in the JSON or the query: "thing.parts[]"; "" for the whole. */
  readonly path: string;
}

/** The name by which clients know a field. */
export function shownName(field: DescField, { protoNames }: Pick<Met, 'protoNames'>): string {
  return protoNames ? field.name : field.jsonName;
}

/** What is in a field. In a list or a map everything is replaced as a whole, in a patch too. */
export function inside(met: Met, field: DescField): Met {
  const isMany = field.fieldKind === 'list' || field.fieldKind === 'map';
  const name = met.path === '' ? shownName(field, met) : `${met.path}.${shownName(field, met)}`;
  return {
    ...met,
    use: met.use === 'patch' && isMany ? 'body' : met.use,
    path: isMany && met.use !== 'text' ? `${name}[]` : name,
  };
}

/** "thing.size" in the body of POST /v1/things */
export function placeOf({ path, place }: Met): string {
  return path === '' ? place : `\`${path}\` in ${place}`;
}

/** "t.v1.Thing.size" */
export function fieldSubject(field: DescField): string {
  return `${field.parent.typeName}.${field.name}`;
}

/** Whether clients neither write nor read a field there: what only the server writes is dropped from requests. */
export function isRequest({ use }: Pick<Met, 'use'>): boolean {
  return use !== 'answer';
}
