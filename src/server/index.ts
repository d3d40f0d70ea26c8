export { createConfiguredGateway } from './configured-gateway.js';
export { createGateway, type PropylonGateway } from './create-gateway.js';
export type { Received } from './fetch.js';
export { importCodecs } from './import-codecs.js';
export type { Listener, ListenOptions } from './listen.js';
export type { Backend, GatewayOptions } from './options.js';
export { CallError, type Rpc } from './rpc.js';
export { gatewayOptionsOf, readSettings } from './settings.js';
export { writeCodecs } from './write-codecs.js';
