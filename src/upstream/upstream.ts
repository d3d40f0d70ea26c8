import type { UpstreamOptions } from './options.js';
import { parseTarget, type Target } from './target.js';

/** A backend, checked: where it is and how it is called. */
export interface Upstream {
  /** Equal upstreams have equal text, and share a channel. */
  readonly text: string;
  readonly target: Target;
  readonly options: UpstreamOptions;
}

/** Checks what a schema cannot. Returns a problem, a sentence for the operator, where something is wrong. */
export function parseUpstream(options: UpstreamOptions): Upstream | { readonly problem: string } {
  const target = parseTarget(options.target);
  if ('problem' in target) return target;
  const { balancer, hashOn, retry, hedge, outlier } = options;
  const isMany = target.kind === 'list' || target.kind === 'dns';
  if (balancer !== undefined && balancer !== 'pick_first' && !isMany) {
    return {
      problem: `the target "${options.target}" is one address, so that ${balancer} has nothing to choose; name a list, or dns:///name:port for all addresses of a name`,
    };
  }
  if (outlier !== undefined && !isMany) {
    return { problem: `the target "${options.target}" is one address, which cannot be worse than others` };
  }
  if ((balancer === 'ring_hash') !== (hashOn !== undefined)) {
    return { problem: 'ring_hash needs hashOn, and only ring_hash has a use for it' };
  }
  if (hashOn !== undefined && (hashOn.header === undefined) === (hashOn.field === undefined)) {
    return { problem: 'hashOn names either a header or a field' };
  }
  if (retry !== undefined && hedge !== undefined) {
    return { problem: 'retry and hedge are two ways to repeat a call; choose one' };
  }
  if ((options.tls?.cert === undefined) !== (options.tls?.key === undefined)) {
    return { problem: 'a certificate needs its key, and a key its certificate: name both, or neither' };
  }
  // Key order and spelling of the target must not make two channels of one.
  const said = Object.entries(options).filter(([key]) => key !== 'target');
  const text = JSON.stringify([target.text, ...said.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
  return { text, target, options };
}
