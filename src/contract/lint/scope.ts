import type { DescEnum, DescFile, DescMessage, DescMethod, DescService } from '../../descriptor/index.js';
import type { Binding } from '../../httprule/index.js';
import type { Outline, OutlinedRoute } from '../../surface/index.js';

/** A method that is served, and its routes in their order. */
export interface ServedMethod {
  readonly method: DescMethod;
  readonly routes: readonly OutlinedRoute[];
  readonly bindings: readonly Binding[];
}

/** What of a surface is the business of its owner: images carry files of others along, which are as they are. */
export interface Scope {
  readonly outline: Outline;
  /** Services with a route. */
  readonly services: readonly DescService[];
  readonly methods: readonly ServedMethod[];
  /** Whatever can be in a request or an answer. */
  readonly messages: readonly DescMessage[];
  readonly enums: readonly DescEnum[];
}

const common = /^(google\/(api|iam|longrunning|protobuf|rpc|type)|buf\/validate|grpc|propylon)\//;

/** Whether a file is of those that everybody imports and nobody changes. */
export const isForeign = ({ proto }: DescFile): boolean => common.test(proto.name);

/** What is to be looked at of an outline. */
export function scopeOf(outline: Outline): Scope {
  const byMethod = new Map<DescMethod, OutlinedRoute[]>();
  for (const route of outline.routes) {
    const { method } = route.binding;
    if (isForeign(method.parent.file)) continue;
    const known = byMethod.get(method);
    if (known === undefined) byMethod.set(method, [route]);
    else known.push(route);
  }
  const methods = [...byMethod].map(([method, routes]) => ({
    method,
    routes,
    bindings: routes.map(({ binding }) => binding),
  }));
  const messages = new Set<DescMessage>();
  const enums = new Set<DescEnum>();
  const pending = methods.flatMap(({ method }) => [method.input, method.output]);
  for (let message = pending.pop(); message !== undefined; message = pending.pop()) {
    if (messages.has(message) || isForeign(message.file)) continue;
    messages.add(message);
    for (const field of message.fields) {
      if (field.message !== undefined) pending.push(field.message);
      if (field.enum !== undefined && !isForeign(field.enum.file)) enums.add(field.enum);
    }
  }
  return {
    outline,
    services: [...new Set(methods.map(({ method }) => method.parent))],
    methods,
    messages: [...messages],
    enums: [...enums],
  };
}
