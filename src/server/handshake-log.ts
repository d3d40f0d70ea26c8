import type { Clock } from '../clock.js';
import type { GatewayOptions } from './options.js';

/** A scanner makes thousands of them. */
const everyMs = 60_000;

/** A handshake that came to nothing. */
export interface FailedHandshake {
  readonly reason: string;
  /** Of the client; "" where it is not known any more. */
  readonly address: string;
  /** Node's or OpenSSL's, where there is one: "ERR_SSL_UNSUPPORTED_PROTOCOL". */
  readonly code?: string | undefined;
}

/** Tells of failed handshakes: of one at once, and then once a minute of how many there were since. */
export function handshakeLog(
  info: NonNullable<GatewayOptions['info']>,
  clock: Clock,
): (failed: FailedHandshake) => void {
  let since: Map<string, number> | undefined;
  const wait = (): void => {
    since = new Map();
    clock.after(everyMs, sumUp);
  };
  const sumUp = (): void => {
    const counts = [...(since ?? [])];
    since = undefined;
    if (counts.length === 0) return;
    const sum = counts.reduce((all, [, count]) => all + count, 0);
    const reasons = counts.map(([reason, count]) => `${reason} ${count}`).join(', ');
    info(`${sum} further TLS handshakes have failed within ${everyMs / 1_000} seconds: ${reasons}`, {
      'event.outcome': 'failure',
    });
    wait();
  };
  return ({ reason, address, code }) => {
    if (since !== undefined) {
      since.set(reason, (since.get(reason) ?? 0) + 1);
      return;
    }
    info(`a TLS handshake has failed: ${reason}`, {
      'event.outcome': 'failure',
      'event.reason': reason,
      'client.address': address === '' ? undefined : address,
      'error.code': code,
    });
    wait();
  };
}
