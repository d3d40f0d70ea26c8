import {
  type Client,
  credentials,
  loadPackageDefinition,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRegistry, httpRuleOf, reflectionSource } from '../descriptor/index.js';
import { createGrpcJsTransport, parseTarget } from '../upstream/index.js';
import { type DemoBackends, startDemoBackends } from './backends.js';

let shop: DemoBackends;
beforeAll(async () => {
  shop = await startDemoBackends();
});
afterAll(() => shop.close());
