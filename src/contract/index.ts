export { againstBaseline, type Known, printBaseline, readBaseline } from './check/baseline.js';
export { type CheckInput, checkOutline, checkRules } from './check/check.js';
export { inOrder, type Report, summaryText } from './check/report.js';
export { githubReport } from './check/report-github.js';
export { gitlabReport } from './check/report-gitlab.js';
export { jsonReport } from './check/report-json.js';
export { sarifReport } from './check/report-sarif.js';
export { textReport } from './check/report-text.js';
export { type CheckSettings, unknownRules } from './check/settings.js';
export { type ClientBuild, type ClientBuildOptions, clientModule, clientRuntime } from './client/client.js';
export { compareOutlines } from './compare/compare.js';
export { surfaceChanges } from './compare/reload.js';
export { compareRules } from './compare/rules.js';
export type { Finding, Rule, Rules } from './finding.js';
export type { Json, JsonObject } from './json.js';
export { type LintRule, lintRules } from './lint/rules.js';
export { type SurfaceLock, surfaceLock } from './lock/lock.js';
export { printLock } from './lock/text.js';
export {
  type OpenApiBuild,
  type OpenApiOptions,
  openApiDocument,
  openApiSteps,
} from './openapi/document.js';
export { type RouteOverlap, type SurfaceOverlaps, surfaceOverlaps } from './overlaps/overlaps.js';
export { documentPieces, printDocument } from './print.js';
export { type LlmsLink, type LlmsOptions, type LlmsPart, llmsText } from './reference/llms.js';
export { markdownReference } from './reference/markdown.js';
export { postmanCollection } from './reference/postman.js';
export { examplesOf } from './schema/examples.js';
export { resourcePatterns } from './schema/resource-name.js';
