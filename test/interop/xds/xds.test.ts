import { describe, expect, it } from 'vitest';
import { createGateway } from '../../../src/index.js';
import { startControlPlane } from '../../support/control-plane.js';
import { echoImage } from '../../support/echo-gateway.js';
import { meshSuite } from './xds.suite.js';

describe('a target of a mesh', () => {
  it('without a bootstrap is refused, and it is said what to do', async () => {
    const sources = [{ label: 'echo', load: async () => echoImage }];
    const backends = [{ selector: '*', target: 'xds:///orders.shop' }];
    await expect(createGateway({ sources, backends })).rejects.toThrow(/GRPC_XDS_BOOTSTRAP/);
  });
});

describe('a target of a mesh is reached by what the control plane says', () => {
  meshSuite(startControlPlane);
});
