import type { ChannelHost } from './channel.js';
import { lateStream } from './late-stream.js';
import { chooseServiceConfig } from './resolver/txt.js';
import { parseServiceConfig } from './service-config.js';
import { createTargetChannel, type TargetChannel } from './target-channel.js';
import type { Transport } from './transport.js';
import type { Upstream } from './upstream.js';

/**
 * The channel of one target with the service config that counts for it: from a file, read before, or from
 * the TXT records of its name (`_grpc_config.name`, gRFC A2), read once, with the first call. Records that
 * cannot be read or understood say nothing.
 */
export function createConfiguredChannel(upstream: Upstream, host: ChannelHost): TargetChannel {
  const { target, options, serviceConfig } = upstream;
  if (options.serviceConfig !== 'dns' || target.kind !== 'dns') {
    return createTargetChannel(upstream, host, serviceConfig);
  }
  const name = `_grpc_config.${target.endpoint.host}`;
  let opened: Promise<TargetChannel> | undefined;
  let channel: TargetChannel | undefined;

  async function open(): Promise<TargetChannel> {
    const text = chooseServiceConfig(await host.lookupTxt(name), host.random);
    const config = text === undefined ? undefined : parseServiceConfig(text);
    const understood = config !== undefined && 'problem' in config ? undefined : config;
    channel = createTargetChannel(upstream, host, understood);
    return channel;
  }

  return {
    method(method) {
      let transport: Transport | undefined;
      const find = async (): Promise<Transport> => {
        opened ??= open();
        transport ??= (await opened).method(method);
        return transport;
      };
      return {
        unary: (call, message) =>
          transport === undefined
            ? find().then((found) => found.unary(call, message))
            : transport.unary(call, message),
        stream: (call) =>
          transport === undefined
            ? lateStream(async () => (await find()).stream(call))
            : transport.stream(call),
        close: async () => (await opened)?.close(),
      };
    },
    report: () => channel?.report() ?? { target: target.text, endpoints: [] },
    close: async () => (await opened)?.close(),
  };
}
