export { createGateway, type PropylonGateway } from './create-gateway.js';
export { defaultListen, type Listener, type ListenOptions } from './listen.js';
export type { Backend, GatewayOptions } from './options.js';
export { CallError, type Rpc } from './rpc.js';
