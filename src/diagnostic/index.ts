export type { DiagnosticCode } from './catalog.js';
export { type Diagnostic, DiagnosticsError, type Location, type Severity } from './diagnostic.js';
export { type PrintOptions, place, printDiagnostic } from './print.js';
