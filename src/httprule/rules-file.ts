import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { HttpRule } from '../descriptor/index.js';
import type { Diagnostic, Location } from '../diagnostic/index.js';
import { noRules, type OverlayRule, type RulesOverlay } from './overlay.js';

/** Fields of google.api.Service: a real service config has them beside `http`; they say nothing about routes. */
const serviceKeys = [
  ...['type', 'config_version', 'http', 'name', 'title', 'id', 'producer_project_id', 'apis', 'types'],
  ...['enums', 'documentation', 'backend', 'quota', 'authentication', 'context', 'usage', 'endpoints'],
  ...['control', 'logs', 'metrics', 'monitored_resources', 'billing', 'logging', 'monitoring'],
  ...['system_parameters', 'source_info', 'publishing', 'aspects'],
];
const httpKeys = ['rules', 'fully_decode_reserved_expansion'];
const patternKeys = ['get', 'put', 'post', 'delete', 'patch', 'custom'];
const ruleKeys = ['selector', ...patternKeys, 'body', 'response_body', 'additional_bindings'];

/**
 * Reads HttpRules from a google.api.Service document in YAML (or JSON), keys in snake_case or
 * lowerCamelCase:
 *
 *     type: google.api.Service
 *     http:
 *       rules:
 *       - selector: shop.v1.Orders.GetOrder
 *         get: /v1/{name=orders/*}
 *
 * The last rule for a selector wins (http.proto, HttpRule). Selectors are method names; patterns
 * with "*" are for other parts of a service config, not for HTTP rules.
 *
 * Never throws: RULES_FILE_INVALID errors carry line and column; rules with errors are left out.
 */
export function readRulesFile(
  text: string,
  file: string,
): { rules: RulesOverlay; diagnostics: Diagnostic[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const reader = new RulesReader(document, lines, file);
  if (document.errors.length > 0) {
    for (const error of document.errors) {
      // `body: *` is what one writes first, and YAML reads it as an alias without a name.
      const hint = /alias/i.test(error.message) ? 'quote it: "*"' : 'the file must be YAML';
      reader.report(error.pos[0], `not valid YAML: ${error.message}`, hint);
    }
    return { rules: noRules, diagnostics: reader.diagnostics };
  }
  return { rules: reader.service(), diagnostics: reader.diagnostics };
}

interface Entry {
  readonly key: Node;
  readonly value: Node;
}

class RulesReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #file: string;

  constructor(document: Document, lines: LineCounter, file: string) {
    this.#document = document;
    this.#lines = lines;
    this.#file = file;
  }

  report(at: Node | number, problem: string, hint: string): void {
    const code = 'RULES_FILE_INVALID';
    this.diagnostics.push({ severity: 'error', code, text: problem, locations: [this.#location(at)], hint });
  }

  /** google.api.Service */
  service(): RulesOverlay {
    const bySelector = new Map<string, OverlayRule>();
    const fields = this.#map(this.#document.contents ?? undefined, 'a google.api.Service', serviceKeys);
    const type = this.#text(fields.get('type'));
    if (type !== undefined && type !== 'google.api.Service') {
      this.report(
        fields.get('type')?.value ?? 0,
        `"${type}" is not google.api.Service`,
        'write google.api.Service',
      );
    }
    const http = fields.get('http');
    const httpFields = http === undefined ? new Map() : this.#map(http.value, 'a google.api.Http', httpKeys);
    this.#bool(httpFields.get('fully_decode_reserved_expansion'));
    for (const node of this.#list(httpFields.get('rules'))) {
      const found = this.#rule(node, true);
      if (found === undefined) continue;
      // Deleted first, so that the order of the map is the order of the rules that count.
      bySelector.delete(found.selector);
      bySelector.set(found.selector, found);
    }
    return { bySelector };
  }

  /** google.api.HttpRule; undefined after an error. Only a main rule's own list is read further. */
  #rule(node: Node, main: boolean): (OverlayRule & { readonly selector: string }) | undefined {
    const errorsBefore = this.diagnostics.length;
    const fields = this.#map(node, 'a google.api.HttpRule', ruleKeys);
    const selector = main ? this.#selector(node, fields) : '';
    const { httpMethod, path } = this.#pattern(node, fields);
    const nested = this.#list(fields.get('additional_bindings')).flatMap((one) => {
      // Below the second level a rule is an error anyway; not reading on also ends circular aliases.
      const rule = main ? this.#rule(one, false) : { rule: nothing, location: this.#location(one) };
      return rule === undefined ? [] : [rule];
    });
    const rule: HttpRule = {
      httpMethod,
      path,
      body: this.#text(fields.get('body')) ?? '',
      responseBody: this.#text(fields.get('response_body')) ?? '',
      additionalBindings: nested.map((one) => one.rule),
    };
    if (this.diagnostics.length > errorsBefore) return undefined;
    const location = this.#location(fields.get('selector')?.key ?? node);
    return { selector, rule, location, additionalLocations: nested.map((one) => one.location) };
  }

  #selector(node: Node, fields: ReadonlyMap<string, Entry>): string {
    const entry = fields.get('selector');
    const selector = this.#text(entry) ?? '';
    if (selector === '') {
      this.report(
        entry?.value ?? node,
        'a rule without a selector',
        'add "selector: package.Service.Method"',
      );
    } else if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/.test(selector)) {
      this.report(
        entry?.value ?? node,
        `the selector "${selector}" is not a method name`,
        selector.includes('*')
          ? 'HTTP rules have no wildcards: write one rule per method'
          : 'write package.Service.Method',
      );
    }
    return selector;
  }

  /** The oneof `pattern`: at most one of get, put, post, delete, patch, custom. */
  #pattern(node: Node, fields: ReadonlyMap<string, Entry>): Pick<HttpRule, 'httpMethod' | 'path'> {
    const given = patternKeys.filter((key) => fields.has(key));
    const [key] = given;
    if (given.length > 1) {
      this.report(node, `a rule with ${given.join(' and ')}`, 'use additional_bindings for the second');
    }
    const entry = key === undefined ? undefined : fields.get(key);
    if (key === undefined || entry === undefined) return { httpMethod: '', path: '' };
    if (key !== 'custom') return { httpMethod: key.toUpperCase(), path: this.#text(entry) ?? '' };
    const custom = this.#map(entry.value, 'a google.api.CustomHttpPattern', ['kind', 'path']);
    return { httpMethod: this.#text(custom.get('kind')) ?? '', path: this.#text(custom.get('path')) ?? '' };
  }

  /** A mapping by snake_case keys; entries whose value is null are absent, as in ProtoJSON. */
  #map(node: Node | undefined, what: string, known: readonly string[]): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    const target = this.#resolve(node);
    if (!isMap(target)) {
      this.report(
        node ?? 0,
        `not ${what}: a mapping was expected`,
        `its keys are ${known.slice(0, 6).join(', ')}`,
      );
      return entries;
    }
    for (const pair of target.items) {
      const key = pair.key as Node;
      const value = this.#resolve(pair.value as Node | undefined);
      const name = isScalar(key) ? String(key.value) : '';
      const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      if (!known.includes(snake)) {
        this.report(key, `${what} has no key "${name}"`, `its keys are ${known.slice(0, 10).join(', ')}`);
      } else if (entries.has(snake)) {
        this.report(key, `the key "${name}" is given twice`, 'remove one of them');
      } else if (value !== undefined && !(isScalar(value) && value.value === null)) {
        entries.set(snake, { key, value });
      }
    }
    return entries;
  }

  #list(entry: Entry | undefined): readonly Node[] {
    if (entry === undefined) return [];
    if (isSeq(entry.value)) return entry.value.items as Node[];
    this.report(entry.value, 'a list was expected', 'begin each item with "- "');
    return [];
  }

  #text(entry: Entry | undefined): string | undefined {
    if (entry === undefined) return undefined;
    if (isScalar(entry.value) && typeof entry.value.value === 'string') return entry.value.value;
    this.report(entry.value, 'a string was expected', 'quote it');
    return undefined;
  }

  #bool(entry: Entry | undefined): void {
    if (entry === undefined || (isScalar(entry.value) && typeof entry.value.value === 'boolean')) return;
    this.report(entry.value, 'true or false was expected', 'write true or false');
  }

  #resolve(node: Node | undefined): Node | undefined {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #location(at: Node | number): Location {
    const offset = typeof at === 'number' ? at : (at.range?.[0] ?? 0);
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line, column: col };
  }
}

/** Stands for a rule that is only counted. */
const nothing: HttpRule = Object.freeze({
  httpMethod: '',
  path: '',
  body: '',
  responseBody: '',
  additionalBindings: [],
});
