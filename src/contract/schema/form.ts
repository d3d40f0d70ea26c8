import type { CodecOptions } from '../../codec/index.js';

/** What of a route changes the JSON of its messages. */
export interface Form {
  readonly protoNames: boolean;
  readonly enumsAsNumbers: boolean;
  /** Of a partial change: fields that are left out keep their value, so that none is required. */
  readonly isPatch: boolean;
}

/** The form of messages that are whole. */
export function formOf({ protoNames, enumsAsNumbers }: CodecOptions): Form {
  return { protoNames, enumsAsNumbers, isPatch: false };
}

/**
 * What a component's name ends in where its form is not that of most: "-patch", "-protoNames". No name in a .proto
 * has a dash, so that none can collide.
 */
export function formSuffix(form: Form, usual: Form): string {
  return [
    form.isPatch ? '-patch' : '',
    form.protoNames === usual.protoNames ? '' : form.protoNames ? '-protoNames' : '-jsonNames',
    form.enumsAsNumbers === usual.enumsAsNumbers ? '' : form.enumsAsNumbers ? '-enumNumbers' : '-enumNumbers',
  ].join('');
}
