import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRegistry, type DescriptorRegistry, httpRuleOf, reflectionSource } from '../descriptor/index.js';
import { createGrpcJsTransport, type EndpointTransport, parseTarget } from '../upstream/index.js';
import { type DemoBackends, startDemoBackends } from './backends.js';

let shop: DemoBackends;
let transport: EndpointTransport;
beforeAll(async () => {
  shop = await startDemoBackends();
  const target = parseTarget(shop.backends[0]?.target ?? '');
  if ('problem' in target || target.kind !== 'host') throw new Error('the demo serves on one port');
  transport = createGrpcJsTransport(target);
});
afterAll(async () => {
  await transport.close();
  await shop.close();
});

const call = (path: string) => ({
  path,
  metadata: [],
  deadline: undefined,
  signal: new AbortController().signal,
  responseMessageBytesMax: 1 << 20,
});

/** What a gateway learns when the server knows `version` only. */
async function reflected(version: string): Promise<DescriptorRegistry> {
  const source = reflectionSource('shop', () =>
    transport.stream(call(`/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`)),
  );
  return buildRegistry([{ label: 'shop', binary: await source.load(AbortSignal.timeout(10_000)) }]).registry;
}

describe('every backend of the shop', () => {
  it.each(['v1', 'v1alpha'])('reflects its service with the HTTP rules, by %s', async (version) => {
    const registry = await reflected(version);
    expect(registry.services.map(({ typeName }) => typeName)).toContain('shop.catalog.v1.CatalogService');
    const method = registry.method('shop.catalog.v1.CatalogService.UpdateProduct');
    expect(method && httpRuleOf(method)).toMatchObject({
      httpMethod: 'PATCH',
      path: '/v1/{product.name=products/*}',
      body: 'product',
    });
  });

  it.each([
    ['the server', ''],
    ['its service', 'shop.catalog.v1.CatalogService'],
  ])('tells the health of %s', async (_, service) => {
    // HealthCheckRequest: 1 service (LEN); HealthCheckResponse: 1 status (varint), SERVING = 1.
    const request = Uint8Array.from([0x0a, service.length, ...Buffer.from(service)]);
    const outcome = await transport.unary(call('/grpc.health.v1.Health/Check'), request);
    expect(outcome.status.code).toBe(0);
    expect([...(outcome.message ?? [])]).toEqual([0x08, 1]);
  });
});
