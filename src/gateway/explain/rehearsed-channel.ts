import type { Clock, Random } from '../../clock.js';
import { Code, type Outcome } from '../../status/index.js';
import {
  type Channel,
  createChannel,
  type EndpointTransport,
  lookupAddresses,
  lookupTxtRecords,
  type StreamCall,
  type Upstream,
} from '../../upstream/index.js';
import { noBytes } from '../bytes.js';

/** An address that calls of a target may go to. */
export interface Place {
  readonly target: string;
  readonly endpoint: string;
}

export interface RehearsedChannelOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Messages that the answer to a stream has: one where the method gives one. */
  readonly answersOf: (path: string) => number;
  /** Told of every address that there is. */
  readonly known: (place: Place) => void;
  /** Told of each call that would be sent, a copy or a repetition too. */
  readonly picked: (place: Place) => void;
}

const healthService = '/grpc.health.v1.Health/';

/**
 * A channel of its own, with all that the configuration puts between a call and an endpoint, but endpoints that connect
 * to nothing and answer OK with an empty message. Names are resolved; what the channel in use knows of its endpoints'
 * health is not known to this one.
 */
export function rehearsedChannel(upstream: Upstream, options: RehearsedChannelOptions): Channel {
  const { clock, random, known, picked, answersOf } = options;
  const silent = (target: string, endpoint: string): EndpointTransport => {
    const place = { target, endpoint };
    known(place);
    return {
      unary: async () => {
        picked(place);
        return { ...ended(Code.OK), message: noBytes };
      },
      stream({ path }) {
        // An endpoint that has no health service counts as well.
        if (path.startsWith(healthService)) return silentStream(0, ended(Code.UNIMPLEMENTED));
        picked(place);
        return silentStream(answersOf(path), ended(Code.OK));
      },
      connectivity: () => 'ready',
      watch: () => () => undefined,
      connect: () => undefined,
      load: () => ({ inFlight: 0 }),
      close: async () => undefined,
    };
  };
  return createChannel(upstream, {
    connect: ({ target }, of) => silent(of.target, target.text),
    connectXds: (target, of) => silent(of.target, `${target.text}, as the control plane of the mesh says`),
    lookup: lookupAddresses,
    lookupTxt: lookupTxtRecords,
    clock,
    random,
  });
}

function ended(code: number): Outcome {
  return { status: { code, message: '', details: [] }, metadata: [], trailers: [] };
}

/** Ends once the request has, or has been given up. */
function silentStream(messages: number, outcome: Outcome): StreamCall {
  let left = messages;
  let over: () => void = () => undefined;
  const requestEnded = new Promise<void>((resolve) => {
    over = resolve;
  });
  return {
    send: async () => undefined,
    end: over,
    next: () => requestEnded.then(() => (left-- > 0 ? noBytes : undefined)),
    headers: requestEnded.then(() => []),
    outcome: requestEnded.then(() => outcome),
    cancel: over,
  };
}
