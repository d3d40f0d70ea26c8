import type { DescriptorRegistry } from '../../../src/descriptor/index.js';
import type { GatewayOptions } from '../../../src/index.js';
import { endedWith, functionStream, type Respond } from '../../../src/mock/function-stream.js';
import { Code, type Status } from '../../../src/status/index.js';

type Answering = ReturnType<NonNullable<GatewayOptions['answering']>>;

const fine: Status = { code: Code.OK, message: '', details: [] };

/** A backend that gives back what it is sent: each message, and all merged where it answers with one. */
export function echoing(registry: DescriptorRegistry): Answering {
  const repeat = (path: string): Respond =>
    async function* (requests) {
      const method = registry.method(path.slice(1).replace('/', '.'));
      const all: Uint8Array[] = [];
      for await (const request of requests) {
        if (method?.methodKind === 'client_streaming') all.push(request);
        else yield request;
      }
      if (method?.methodKind === 'client_streaming') yield new Uint8Array(Buffer.concat(all));
      return fine;
    };
  return {
    diagnostics: [],
    transport: {
      unary: async (_, message) => ({ ...endedWith(fine), message }),
      stream: (call) => functionStream(call, repeat(call.path)),
      close: async () => undefined,
    },
  };
}
