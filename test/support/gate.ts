import { systemClock } from '../../src/clock.js';
import { omitFields } from '../../src/codec/index.js';
import { buildRegistry, type DescMethod, messageReader } from '../../src/descriptor/index.js';
import type { Diagnostic } from '../../src/diagnostic/index.js';
import {
  buildGate,
  createGateResources,
  createInputRules,
  type Gate,
  type GateContext,
  type GateOptions,
  GateView,
  type PolicyInput,
  type Principal,
  policySchema,
} from '../../src/gate/index.js';
import { defaultLimits } from '../../src/limits.js';
import { surfaceProtos } from './surface.js';

/** A gate of one method, as it is built at load. */
export interface BuiltGate {
  readonly gate: Gate;
  readonly method: DescMethod;
  readonly diagnostics: readonly Diagnostic[];
}

const noField = { problem: 'has no fields in this test' };

/** The gate of `t.v1.S.<name>` out of a proto3 file (surfaceProtos), by one policy. */
export function gateOf(
  protos: string | Uint8Array,
  policy: PolicyInput,
  {
    method: name = 'Get',
    options = {},
    before = [],
    ...context
  }: Partial<Omit<GateContext, 'method' | 'policy'>> & {
    readonly method?: string;
    readonly options?: GateOptions;
    /** Builders in front of those under test. */
    readonly before?: NonNullable<Parameters<typeof buildGate>[1]>;
  } & { readonly builders: NonNullable<Parameters<typeof buildGate>[1]> },
): BuiltGate {
  const binary = typeof protos === 'string' ? surfaceProtos(protos) : protos;
  const { registry } = buildRegistry([{ label: 't', binary }]);
  const method = registry.method(`t.v1.S.${name}`);
  if (method === undefined) throw new Error(`no ${name}`);
  const diagnostics: Diagnostic[] = [];
  const host = { clock: systemClock, random: Math.random, limits: defaultLimits, warn: () => undefined };
  const { builders, ...rest } = context;
  const gate = buildGate(
    {
      method,
      httpMethod: 'POST',
      variables: [],
      body: '*',
      isUnary: method.methodKind === 'unary',
      timeoutMs: defaultLimits.unaryTimeoutMs,
      policy: policySchema.parse(policy),
      origins: new Map(),
      isGuarded: true,
      registry,
      resources: createGateResources(options, host),
      decode: messageReader(method.input),
      clientName: ({ jsonName }) => jsonName,
      canonical: (binary) => binary,
      answerForm: () => '',
      inputRules: createInputRules(registry),
      omitFields: (isOmitted, kept) => omitFields(method.input, isOmitted, kept, 100) ?? ((binary) => binary),
      requestField: () => noField,
      responseField: () => noField,
      readMethod: () => undefined,
      pathsOf: () => undefined,
      requestText: () => undefined,
      load: {},
      decidingHeaders: [],
      report: (diagnostic) => void diagnostics.push(diagnostic),
      ...rest,
    },
    [...before, ...builders],
  );
  return { gate, method, diagnostics };
}

/** A view of a request by somebody, or by nobody. */
export function viewOf(
  principal?: Partial<Principal>,
  captures: readonly string[] = [],
  address = '192.0.2.1',
): GateView {
  const view = new GateView(
    {
      httpMethod: 'POST',
      target: '/',
      headers: [],
      peerAddress: address,
      scheme: 'http',
      signal: new AbortController().signal,
    },
    { requestId: 'r', captures, query: '', clientAddress: ({ peerAddress }) => peerAddress },
  );
  if (principal !== undefined) {
    view.principal = {
      id: 'p:ann',
      provider: 'p',
      kind: 'jwt',
      audience: 'public',
      subject: 'ann',
      scopes: new Set(),
      claims: {},
      ...principal,
    };
  }
  return view;
}
