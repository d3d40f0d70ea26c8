// The gateway with a backend that is a function: all of a request but the call.
//
//   node gateway.mjs IMAGE MESSAGE_FILE
import { readFileSync } from 'node:fs';
import { systemClock } from '../../../dist/src/clock.js';
import { createGateResources } from '../../../dist/src/gate/index.js';
import {
  createGatewayCore,
  defaultMetadataRules,
  defaultStreamRules,
} from '../../../dist/src/gateway/index.js';
import { imageSource } from '../../../dist/src/index.js';
import { defaultLimits as limits } from '../../../dist/src/limits.js';
import { createApp } from '../../../dist/src/server/app.js';
import { listen } from '../../../dist/src/server/listen.js';
import { load } from '../../../dist/src/server/load.js';
import { securityHeaders } from '../../../dist/src/server/security-headers.js';
import { createRecorder } from '../../../dist/src/telemetry/index.js';

const [image, messageFile] = process.argv.slice(2);
const message = readFileSync(messageFile);
const outcome = { status: { code: 0, message: '', details: [] }, metadata: [], trailers: [], message };
const transport = { unary: async () => outcome, close: async () => {} };
const channel = { method: () => transport, close: async () => {} };
const channels = { retain: () => ({ channel, release() {} }), close: async () => {} };

const gate = createGateResources(
  {},
  { clock: systemClock, random: Math.random, limits, warn: console.error },
);
const options = { sources: [imageSource(image)], backends: [{ selector: '*', target: '127.0.0.1:1' }] };
const { surface } = await load(options, limits, channels, gate);
const core = createGatewayCore({
  surface,
  limits,
  clock: systemClock,
  proxies: gate.proxies,
  metadata: defaultMetadataRules,
  ownNames: gate.ownNames,
  streamRules: defaultStreamRules,
  log: () => {},
});
const security = securityHeaders({}, gate.proxies);
const current = { gate, channels, limits, webSocketOrigins: [], security, upstreams: [] };
const app = createApp(core, undefined, current);
const listener = await listen(
  {
    ...{ core, app, current, recorder: createRecorder(systemClock), clock: systemClock, readiness: {} },
    reload: async () => ({}),
    explain: async () => ({}),
  },
  { host: '127.0.0.1', port: 0, adminPort: 0 },
);
console.log(`listening 127.0.0.1:${listener.port}`);
