export { buildSurface, type SurfaceBuild, surfaceSteps } from './build.js';
export { protobufTypes } from './content-type.js';
export { isHttpBody, isHttpBodyField } from './http-body.js';
export {
  type Outline,
  type OutlinedRoute,
  type OutlineInput,
  outlineSteps,
  outlineSurface,
} from './outline.js';
export { outlineCodecs } from './outline-codecs.js';
export { defaultRequestOptions, type RequestOptions } from './request-options.js';
export { type SelectorTable, selectorTable, selects } from './selector.js';
export { type FieldSource, sourceOf } from './source.js';
export {
  type OutlinedRouteSummary,
  type RouteSummary,
  type SurfaceSummary,
  summarize,
  summarizeOutline,
} from './summary.js';
export type {
  CallShape,
  ErrorForm,
  RequestBinder,
  ResponseForm,
  ResponseWriter,
  Route,
  RouteParts,
  StreamDefault,
  Surface,
  SurfaceInput,
  WriteMessage,
} from './surface.js';
export type { RequestQuery, SystemParameters } from './system-parameters.js';
