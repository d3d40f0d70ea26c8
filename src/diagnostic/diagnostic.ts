import type { DiagnosticCode } from './catalog.js';

/** A place in a .proto or YAML file; line and column count from 1, 0 where unknown. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Severity = 'error' | 'warning' | 'note';

/** A load-time finding. Diagnostics are collected and returned, never thrown one by one. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  /** One sentence that names both sides of what collided. */
  readonly text: string;
  /** Where; the first is the culprit, the others what it collides with. */
  readonly locations: readonly Location[];
  /** What to write instead. */
  readonly hint?: string;
}

/** Thrown by those who cannot go on with the diagnostics they have: `createGateway`, the CLI. */
export class DiagnosticsError extends Error {
  override readonly name = 'DiagnosticsError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => `${d.severity} ${d.code}: ${d.text}`).join('\n'));
    this.diagnostics = diagnostics;
  }
}
