import { type DescMessage, fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import { type CodecOptions, defaultCodecOptions } from '../../../../src/codec/index.js';
import type { DescriptorRegistry } from '../../../../src/descriptor/index.js';
import { createGateway } from '../../../../src/index.js';
import { createMock } from '../../../../src/mock/index.js';
import type { Call, Transport } from '../../../../src/upstream/index.js';
import { gateSettings } from '../../../support/gate-settings.js';
import { issuerKey } from '../../../support/tokens.js';
import { isObject } from './json.js';

/** A request as a client sends it. */
export interface ClientRequest {
  readonly httpMethod: string;
  readonly target: string;
  readonly body: JsonValue | undefined;
}

/** What became of a request. */
export interface Outcome {
  readonly status: number;
  readonly text: string;
  /** The message that the backend got, with unset fields; undefined where it got none, or several. */
  readonly seen: JsonValue | undefined;
}

/** A gateway without sockets, whose backend makes its answers up. */
export interface Served {
  readonly registry: DescriptorRegistry;
  ask(request: ClientRequest): Promise<Outcome>;
  close(): Promise<void>;
}

/** Unset fields are printed, so that what an answer lacks is gone. */
export const codecOptions: CodecOptions = { ...defaultCodecOptions, emitDefaults: true };

/** Somebody who may say who callers are, which a method that is hidden wants; nobody here has a token of theirs. */
export const { gate } = gateSettings(
  {},
  {
    authentication: {
      providers: {
        staff: { type: 'jwt', issuer: 'https://id.test', aud: ['t'], keys: { jwk: issuerKey('k').jwk } },
      },
    },
  },
);

/** Time that does not pass: what waits between messages of a stream goes on at once. */
const clock = {
  now: () => performance.now(),
  after(_: number, fire: () => void) {
    const timer = setImmediate(fire);
    return () => clearImmediate(timer);
  },
};

export async function served(image: Uint8Array): Promise<Served> {
  let registry: DescriptorRegistry | undefined;
  let last: { readonly call: Call; readonly message: Uint8Array } | undefined;
  const gateway = await createGateway({
    json: codecOptions,
    ...(gate === undefined ? {} : { gate }),
    sources: [{ label: 'image', load: async () => image }],
    answering: (loaded) => {
      registry = loaded;
      const { transport } = createMock(loaded, { seed: 'clients', clock });
      const seeing: Transport = {
        unary(call, message) {
          last = { call, message };
          return transport.unary(call, message);
        },
        stream: (call) => transport.stream(call),
        close: () => transport.close(),
      };
      return { transport: seeing, diagnostics: [] };
    },
  });
  const loaded = registry;
  if (loaded === undefined) throw new Error('nothing was loaded');
  const inputs = new Map<string, DescMessage>(
    loaded.services.flatMap((service) =>
      service.methods.map((method) => [`/${service.typeName}/${method.name}`, method.input] as const),
    ),
  );
  const seenIn = ({ call, message }: NonNullable<typeof last>): JsonValue | undefined => {
    const input = inputs.get(call.path);
    if (input === undefined) return undefined;
    const [one, other] = [false, true].map((useProtoFieldName) =>
      toJson(input, fromBinary(input, message), {
        alwaysEmitImplicit: true,
        useProtoFieldName,
        registry: loaded.types,
      }),
    );
    return underBothNames(one ?? null, other ?? null);
  };
  return {
    registry: loaded,
    async ask({ httpMethod, target, body }) {
      last = undefined;
      const method = httpMethod.toUpperCase();
      const response = await gateway.fetch(new Request(`http://api.test${target}`, { method }), {
        target,
        headers: [
          ['host', 'api.test'],
          ...(body === undefined ? [] : [['content-type', 'application/json'] as const]),
        ],
        peerAddress: '127.0.0.1',
        body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
      });
      const text = await response.text();
      return { status: response.status, text, seen: last && seenIn(last) };
    },
    close: () => gateway.close(),
  };
}

/** A client may call a field by either name: two printings of one message, which have the same order. */
function underBothNames(one: JsonValue, other: JsonValue): JsonValue {
  if (Array.isArray(one) && Array.isArray(other))
    return one.map((value, index) => underBothNames(value, other[index] ?? null));
  if (!isObject(one) || !isObject(other)) return one;
  const others = Object.entries(other);
  const members = Object.entries(one).map(([name, value], index): [string, string, JsonValue] => {
    const [otherName, otherValue] = others[index] ?? [name, value];
    return [name, otherName, underBothNames(value, otherValue)];
  });
  return Object.fromEntries([
    ...members.map(([, name, value]) => [name, value] as const),
    ...members.map(([name, , value]) => [name, value] as const),
  ]);
}
