import type { DescEnum } from '../../descriptor/index.js';
import type { Outline } from '../../surface/index.js';
import { inOrder } from '../compare/routes.js';
import { type LockedMessage, lockedMessages } from './messages.js';
import { type LockedRoute, lockedRoute } from './routes.js';

/** A value of an enum that clients write or read. */
export interface LockedValue {
  readonly name: string;
  readonly number: number;
  readonly isDeprecated: boolean;
}

export interface LockedEnum {
  readonly name: string;
  /** By number, then in the order of declaration: of several names the first is printed. */
  readonly values: readonly LockedValue[];
}

/** All that clients see of an API, as plain data: the same for the same API, in whatever order it is declared. */
export interface SurfaceLock {
  readonly errors: Outline['errorForm'];
  readonly json: Outline['json'];
  /** By path, then by HTTP method. */
  readonly routes: readonly LockedRoute[];
  /** Those that bodies and answers have, by name. */
  readonly messages: readonly LockedMessage[];
  readonly enums: readonly LockedEnum[];
}

export function surfaceLock(outline: Outline): SurfaceLock {
  const routes = inOrder(outline.routes);
  const { messages, enums } = lockedMessages(outline);
  return {
    errors: outline.errorForm,
    json: outline.json,
    routes: routes.map((route) => lockedRoute(route, outline)),
    messages,
    enums: enums.map(lockedEnum),
  };
}

function lockedEnum({ typeName, values }: DescEnum): LockedEnum {
  return {
    name: typeName,
    values: values
      .map(({ name, number, deprecated }) => ({ name, number, isDeprecated: deprecated }))
      .sort((a, b) => a.number - b.number),
  };
}
