import type { DecodedMessage, DescField, DescMethod, DescriptorRegistry } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import type { FieldProblem, MessageField } from './message-field.js';
import type { EffectivePolicy } from './policy/effective.js';
import type { Policy } from './policy/schema.js';
import type { GateResources } from './resources.js';
import type { GateStep } from './step.js';
import type { InputRules } from './validate/input-rules.js';

/** All that a step can know when it is made: of one binding, at load. */
export interface GateContext {
  readonly method: DescMethod;
  /** "GET" or a custom kind; "*" for any. */
  readonly httpMethod: string;
  /** Proto paths of the template's variables, in the order of their captures: "book.name". */
  readonly variables: readonly string[];
  /** The one field that is the HTTP body, by its proto name; "*" for all fields, "" where there is no body. */
  readonly body: string;
  readonly isUnary: boolean;
  /** The longest time that a unary call of the method may take, whatever its client says. */
  readonly timeoutMs: number;
  /** The same for all bindings of one load, and for no other: what methods of a load have in common is found by it. */
  readonly load: object;
  /** Header fields of requests, in lower case, that decide on which of several backends answers, and how. */
  readonly decidingHeaders: readonly string[];
  readonly policy: Policy;
  readonly origins: EffectivePolicy['origins'];
  /** Whether anybody has declared any policy: then what is not public is denied. */
  readonly isGuarded: boolean;
  readonly registry: DescriptorRegistry;
  readonly resources: GateResources;
  /** Reads request messages; the same for all steps. */
  readonly decode: (binary: Uint8Array) => DecodedMessage;
  /** The canonical form of a request message: one for all encodings of it, and for no two messages the same. May be the argument. */
  readonly canonical: (binary: Uint8Array) => Uint8Array;
  /** Digest of all that decides on the bytes of an answer besides its message and `GateView.form`: descriptors, projection, options of JSON. */
  readonly answerForm: () => string;
  /** What the types of the registry say of requests; one for all bindings. */
  readonly inputRules: InputRules;
  /** Leaves fields out of request messages, except those with a path of proto names that is kept. Throws StatusError for bytes that are no message. */
  readonly omitFields: (
    isOmitted: (field: DescField) => boolean,
    kept: readonly string[],
  ) => (binary: Uint8Array) => Uint8Array;
  /** A field by the name that clients read and write: its JSON name, or the proto name where so configured. */
  readonly clientName: (field: { readonly name: string; readonly jsonName: string }) => string;
  /** A field of the request or the response by its path of proto names, read and changed without decoding the message. */
  readonly requestField: (path: string) => MessageField | FieldProblem;
  readonly responseField: (path: string) => MessageField | FieldProblem;
  /** Reads a scalar of the request as text, equal for equal values; undefined where the path leads to none. Throws StatusError for bytes that are no message. */
  readonly requestText: (path: string) => ((binary: Uint8Array) => string | undefined) | undefined;
  /** Lets steps call a method of the same backend that only reads, by its full name: its path; undefined without a backend. See NextOptions. */
  readonly readMethod: (name: string) => string | undefined;
  /** Name of a resource → the path under which a GET of a method, by its full name, reads it; undefined where the surface has none. */
  readonly pathsOf: (method: string) => ((name: string) => string | undefined) | undefined;
  /** Puts something around each step, for those who watch it. Default nothing. */
  readonly watched?: ((step: GateStep) => GateStep) | undefined;
  /** Told of everything that is wrong with the policy; a step that cannot be made is left out, and the load fails. */
  readonly report: (diagnostic: Diagnostic) => void;
}
