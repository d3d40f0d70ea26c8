import * as grpc from '@grpc/grpc-js';
import type { BackoffOptions } from '../backoff.js';
import { type EndpointTarget, formatHostPort, type XdsTarget } from '../target.js';
import type { TlsConnection } from '../tls.js';
import { credentialsOf } from './credentials.js';
import type { Xds } from './xds.js';

export interface ChannelOptions {
  /** Bounds a response message before it is buffered, and while it is decompressed. */
  readonly messageBytesMax: number;
  /** How messages are compressed that do not ask to be left alone. */
  readonly requestCompression: 'gzip' | undefined;
  /** `:authority` of all calls; undefined leaves it to the control plane. */
  readonly authority: string | undefined;
  readonly tls: TlsConnection | undefined;
  readonly backoff: BackoffOptions;
}

/** Opens a grpc-js channel to one endpoint; it connects with the first call. */
export function openChannel(target: EndpointTarget, options: ChannelOptions): grpc.Channel {
  return new grpc.Channel(addressOf(target), credentialsOf(options.tls), {
    ...channelOptions(options),
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ pick_first: {} }] }),
  });
}

/** Opens a grpc-js channel that the control plane of a mesh resolves, balances and secures. */
export function openXdsChannel(target: XdsTarget, options: ChannelOptions, xds: Xds): grpc.Channel {
  return new grpc.Channel(target.text, xds.createCredentials(), channelOptions(options));
}

function channelOptions(options: ChannelOptions): grpc.ChannelOptions {
  return {
    'grpc.primary_user_agent': 'propylon',
    ...(options.authority === undefined ? {} : { 'grpc.default_authority': options.authority }),
    'grpc.max_receive_message_length': options.messageBytesMax,
    'grpc.default_compression_algorithm':
      grpc.compressionAlgorithms[options.requestCompression ?? 'identity'],
    'grpc.max_send_message_length': -1,
    // The library must not repeat calls behind the gateway's back, and its buffer for doing so would
    // acknowledge the first MiB of a stream before the backend has taken any of it.
    'grpc.enable_retries': 0,
    'grpc.per_rpc_retry_buffer_size': 0,
    // Connections of our own, so that closing the channel closes them.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_channelz': 0,
    // Backends are named by configuration; a proxy for the process's other traffic must not carry them,
    // and TXT records must not change how they are called.
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.initial_reconnect_backoff_ms': options.backoff.initialMs,
    'grpc.max_reconnect_backoff_ms': options.backoff.maxMs,
    'grpc.dns_min_time_between_resolutions_ms': 2_000,
    // A peer that vanished is noticed within 40 s of a call; servers tolerate pings from 10 s apart
    // (grpc, A8) but by default not without calls.
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.keepalive_permit_without_calls': 0,
  };
}

/** The target in the name syntax of grpc-js. */
function addressOf(target: EndpointTarget): string {
  return target.kind === 'unix' ? target.text : `dns:///${formatHostPort(target.endpoint)}`;
}
