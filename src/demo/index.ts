export { type DemoBackends, type DemoOptions, startDemoBackends } from './backends.js';
export { demoDescriptors } from './descriptors.js';
export { type DemoKeys, writeDemoKeys } from './keys.js';
export { type Rpc, type StorefrontOptions, storefrontRoutes } from './storefront.js';
export { type DemoTry, demoTry } from './try.js';
