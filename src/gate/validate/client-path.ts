import type { Path } from '@bufbuild/protobuf/reflect';

/** One step of the way from a message to something in it. */
export type PathStep = Path[number];

/** The name by which clients know a field. */
export type ClientName = (field: { readonly name: string; readonly jsonName: string }) => string;

/** A path as clients write it: `order.lines[2].product`, `labels["a b"]`. */
export function pathText(path: readonly PathStep[], clientName: ClientName): string {
  return path.reduce((text, step) => text + stepText(step, text === '', clientName), '');
}

function stepText(step: PathStep, isFirst: boolean, clientName: ClientName): string {
  switch (step.kind) {
    case 'list_sub':
      return `[${step.index}]`;
    case 'map_sub':
      return `[${typeof step.key === 'string' ? JSON.stringify(step.key) : String(step.key)}]`;
    case 'extension':
      return `${isFirst ? '' : '.'}[${step.typeName}]`;
    case 'oneof':
      return `${isFirst ? '' : '.'}${step.name}`;
    case 'field':
      return `${isFirst ? '' : '.'}${clientName(step)}`;
  }
}
