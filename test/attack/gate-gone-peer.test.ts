import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';

/** A connection that is reset before its request is read has no address any more, as one of a Unix socket has none: it must not be taken for one. */

let echo: EchoGateway;
afterEach(() => echo?.close());

it('a client that has gone is no trusted proxy', async () => {
  const addresses: (string | undefined)[] = [];
  echo = await startEchoGateway({
    ...gateSettings({}, { trustedProxies: ['unix'] }),
    log: (event) => {
      if (event.kind === 'request') addresses.push(event.clientAddress);
    },
  });
  const { port } = echo;
  const head = 'GET /v1/echo HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.9\r\n\r\n';
  for (let n = 0; n < 50; n++) {
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(head, () => socket.resetAndDestroy());
      });
      socket.on('error', () => undefined).on('close', () => resolve());
    });
  }
  while ((await fetch(`${echo.url}/v1/echo`)).status !== 200);
  expect(addresses.filter((address) => address !== '127.0.0.1' && address !== 'unknown')).toEqual([]);
});
