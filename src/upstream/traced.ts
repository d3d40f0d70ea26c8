import type { Outcome } from '../status/index.js';
import type { AttemptSpan } from '../telemetry/index.js';
import { callWith } from './call-with.js';
import type { Call, EndpointTransport, StreamCall } from './transport.js';

/** The transport to an endpoint, each of whose calls is an attempt that its trace is told of. */
export function traced(transport: EndpointTransport, endpoint: string): EndpointTransport {
  const attemptOf = (call: Call): AttemptSpan | undefined =>
    call.trace?.attempt({ path: call.path, endpoint });
  return {
    unary(call, message): Promise<Outcome> {
      const attempt = attemptOf(call);
      if (attempt === undefined) return transport.unary(call, message);
      return transport.unary(withMetadata(call, attempt), message).then((outcome) => {
        attempt.end(outcome.status);
        return outcome;
      });
    },
    stream(call): StreamCall {
      const attempt = attemptOf(call);
      if (attempt === undefined) return transport.stream(call);
      const stream = transport.stream(withMetadata(call, attempt));
      void stream.outcome.then(({ status }) => attempt.end(status));
      return stream;
    },
    connectivity: () => transport.connectivity(),
    watch: (changed) => transport.watch(changed),
    connect: () => transport.connect(),
    load: () => transport.load(),
    close: () => transport.close(),
  };
}

function withMetadata(call: Call, { metadata }: AttemptSpan): Call {
  return metadata.length === 0 ? call : callWith(call, { metadata: [...call.metadata, ...metadata] });
}
