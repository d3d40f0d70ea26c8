import type { DecodedMessage, DescMethod, DescriptorRegistry } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import type { EffectivePolicy } from './policy/effective.js';
import type { Policy } from './policy/schema.js';
import type { GateResources } from './resources.js';

/** All that a step can know when it is made: of one binding, at load. */
export interface GateContext {
  readonly method: DescMethod;
  /** "GET" or a custom kind; "*" for any. */
  readonly httpMethod: string;
  /** Proto paths of the template's variables, in the order of their captures: "book.name". */
  readonly variables: readonly string[];
  readonly isUnary: boolean;
  readonly policy: Policy;
  readonly origins: EffectivePolicy['origins'];
  /** Whether anybody has declared any policy: then what is not public is denied. */
  readonly isGuarded: boolean;
  readonly registry: DescriptorRegistry;
  readonly resources: GateResources;
  /** Reads request messages; the same for all steps. */
  readonly decode: (binary: Uint8Array) => DecodedMessage;
  /** A field by the name that clients read and write: its JSON name, or the proto name where so configured. */
  readonly clientName: (field: { readonly name: string; readonly jsonName: string }) => string;
  /** Told of everything that is wrong with the policy; a step that cannot be made is left out, and the load fails. */
  readonly report: (diagnostic: Diagnostic) => void;
}
