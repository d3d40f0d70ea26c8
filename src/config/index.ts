export type { DocsOptions } from './docs-options.js';
export type { EffectiveConfig } from './effective.js';
export { parseConfig } from './parse.js';
export { resolvePaths } from './paths.js';
export { type Config, configJsonSchema } from './schema.js';
export { environmentOverrides, type Overrides, type Settings, settingsFrom } from './settings.js';
