import type { Exchange } from '../gateway/index.js';
import type { Limits } from '../limits.js';
import type { StatusError } from '../status/index.js';
import { refusalOf } from './node.js';
import { refusalOfUnread } from './refusal.js';

/** Visible characters of ASCII, as a request line has them between its spaces (RFC 9112 §3). */
const requestTarget = /^[!-~]+$/;

/** What stands in no value of a header field (RFC 9110 §5.5), and what no byte says. */
const notInValues = /[^\t -~\u0080-\u00ff]/;

/** What the listener would say of a request over HTTP/1.1 before the gateway sees it; undefined where it takes it. */
export function listenerRefusal(
  { target, headers }: Pick<Exchange, 'target' | 'headers'>,
  limits: Limits,
): StatusError | undefined {
  const fields = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (target.length + fields >= limits.requestHeadBytesMax) return refusalOfUnread('HPE_HEADER_OVERFLOW');
  if (!requestTarget.test(target) || headers.some(([, value]) => notInValues.test(value)))
    return refusalOfUnread('HPE_INVALID_HEADER_TOKEN');
  const expected = headers.find(([name]) => name === 'expect')?.[1].toLowerCase();
  const expectation = expected === undefined || expected === '100-continue' ? 'none' : 'unknown';
  const rawHeaders = headers.flat();
  return refusalOf({ rawHeaders, httpVersion: '1.1' }, { headers }, limits, expectation);
}
