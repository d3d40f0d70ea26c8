import { DiagnosticsError } from '../diagnostic/index.js';
import type { GateResources } from '../gate/index.js';
import type { Exchange, HeaderFields, Reply } from '../gateway/index.js';
import { isPrintableAscii } from '../headers.js';
import { type FieldBlock, fieldBlock } from './field-block.js';

/** Values of header fields that tell browsers what not to do with answers; `off` leaves one out. */
export interface SecurityHeaderOptions {
  /** Default `nosniff`. */
  readonly contentTypeOptions?: string | undefined;
  /** Default `no-referrer`. */
  readonly referrerPolicy?: string | undefined;
  /** Default `default-src 'none'; frame-ancestors 'none'`. Not for hand-written routes. */
  readonly contentSecurityPolicy?: string | undefined;
  /** Default `same-site`. Not for hand-written routes. */
  readonly crossOriginResourcePolicy?: string | undefined;
  /** For answers by https only; browsers hold a host to it, whatever else is served there. Default off. */
  readonly strictTransportSecurity?: string | undefined;
}

/** What browsers are told with every answer. */
export interface SecurityHeaders {
  /** What an answer of the gateway is to say besides; what it says itself is left as it is. */
  missingFrom(reply: Reply, exchange: Exchange): FieldBlock;
  /** An answer of the gateway with that. */
  on(reply: Reply, exchange: Exchange): Reply;
  /** For answers of hand-written routes, which may be pages: nothing that keeps a page from working. */
  forPages(exchange: Exchange): HeaderFields;
}

/** Leaves a field out. */
const off = 'off';

/** Made once: an answer gets an array that is there already. Throws DiagnosticsError for values that no field can have. */
export function securityHeaders(
  options: SecurityHeaderOptions,
  proxies: GateResources['proxies'],
): SecurityHeaders {
  const field = (name: string, value: string): HeaderFields => {
    if (value === '' || !isPrintableAscii(value)) {
      const text = `The option securityHeaders has no value for ${name}: it must be printable ASCII.`;
      throw new DiagnosticsError([{ severity: 'error', code: 'CONFIG_INVALID', text, locations: [] }]);
    }
    return value === off ? [] : [[name, value]];
  };
  const pages = [
    ...field('x-content-type-options', options.contentTypeOptions ?? 'nosniff'),
    ...field('referrer-policy', options.referrerPolicy ?? 'no-referrer'),
  ];
  const answers = [
    ...pages,
    ...field(
      'content-security-policy',
      options.contentSecurityPolicy ?? "default-src 'none'; frame-ancestors 'none'",
    ),
    ...field('cross-origin-resource-policy', options.crossOriginResourcePolicy ?? 'same-site'),
  ];
  const transport = field('strict-transport-security', options.strictTransportSecurity ?? off);
  const [securePages, secureAnswers] = [
    [...pages, ...transport],
    [...answers, ...transport],
  ];
  const names = new Set(secureAnswers.map(([name]) => name));
  const isSecure = (exchange: Exchange): boolean =>
    transport.length > 0 && proxies.asSent(exchange).scheme === 'https';
  const [block, secureBlock] = [fieldBlock(answers), fieldBlock(secureAnswers)];
  const missingFrom = ({ headers }: Reply, exchange: Exchange): FieldBlock => {
    const all = isSecure(exchange) ? secureBlock : block;
    let isSaid = false;
    for (const field of headers) isSaid ||= names.has(field[0]);
    if (!isSaid) return all;
    return fieldBlock(all.fields.filter(([name]) => !headers.some(([own]) => own === name)));
  };
  return {
    missingFrom,
    on(reply, exchange) {
      const { httpStatus, headers, body, trailers } = reply;
      return { httpStatus, headers: headers.concat(missingFrom(reply, exchange).fields), body, trailers };
    },
    forPages: (exchange) => (isSecure(exchange) ? securePages : pages),
  };
}
