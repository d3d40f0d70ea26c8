export { errorReply } from './errors.js';
export type { Exchange, HeaderFields, Reply } from './exchange.js';
export { type ExplainHost, explain, type Question } from './explain/explain.js';
export type { ExplainedMessage, ExplainedStep, Explanation, ShownField } from './explain/explanation.js';
export { createGatewayCore, type Gateway, type GatewayCoreOptions } from './gateway.js';
export type { Frame, MessageSocket, SocketSession } from './message-socket.js';
export { defaultMetadataRules, type MetadataRules } from './metadata-rules.js';
export { defaultStreamRules, type StreamRules } from './stream-rules.js';
export type { Serving } from './term.js';
