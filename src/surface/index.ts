export { buildSurface, type SurfaceBuild } from './build.js';
export { protobufTypes } from './content-type.js';
export { type SelectorTable, selectorTable, selects } from './selector.js';
export { type RouteSummary, type SurfaceSummary, summarize } from './summary.js';
export type {
  CallShape,
  RequestBinder,
  ResponseForm,
  ResponseWriter,
  Route,
  Surface,
  SurfaceInput,
  WriteMessage,
} from './surface.js';
export type { RequestQuery, SystemParameters } from './system-parameters.js';
