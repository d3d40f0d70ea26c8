import { describe } from 'vitest';
import { hasGoControlPlane, startGoControlPlane } from './go-control-plane.js';
import { meshSuite } from './xds.suite.js';

describe.runIf(hasGoControlPlane())(
  "a target of a mesh is reached by what Envoy's control plane says",
  () => {
    meshSuite(startGoControlPlane);
  },
);
