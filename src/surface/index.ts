export { buildSurface, type SurfaceBuild } from './build.js';
export { type SelectorTable, selectorTable, selects } from './selector.js';
export { type RouteSummary, type SurfaceSummary, summarize } from './summary.js';
export type {
  CallShape,
  RequestBinder,
  ResponseWriter,
  Route,
  Surface,
  SurfaceInput,
} from './surface.js';
