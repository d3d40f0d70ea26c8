import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';

let gateway: EchoGateway;
beforeAll(async () => {
  gateway = await startEchoGateway();
});
afterAll(() => gateway.close());

// Around what Node keeps of a body before it stops reading, and what it hands out at a time.
it.each([1, 16_000, 65_000, 65_536, 70_000, 131_072, 1_000_000])(
  'a body with a text of %i characters arrives whole, however it comes',
  async (length) => {
    const text = 'x'.repeat(length);
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${gateway.url}/v1/echo`, { ...init, body: JSON.stringify({ text }) });
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ text })]);
  },
);
