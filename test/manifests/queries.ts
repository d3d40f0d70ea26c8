import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, listAt, type Manifest, parseManifests } from './manifest.js';
import { manifestsFolder } from './programs.js';

const metricsFolder = join(manifestsFolder, 'observability/metrics');

/** A rule of a PrometheusRule. */
export interface Rule {
  readonly expr: string;
  readonly record: string | undefined;
  readonly alert: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly severity: string;
}

export function prometheusRules(file: 'slo.yaml' | 'alerts.yaml'): Manifest {
  const [manifest] = parseManifests(readFileSync(join(metricsFolder, file), 'utf8'));
  if (manifest === undefined) throw new Error(`${file} is empty`);
  return manifest;
}

export const rulesOf = (manifest: Manifest): Rule[] =>
  listAt(manifest, 'spec', 'groups')
    .flatMap((group) => listAt(group, 'rules'))
    .map((rule) => ({
      expr: String(at(rule, 'expr')),
      record: at(rule, 'record') as string | undefined,
      alert: at(rule, 'alert') as string | undefined,
      annotations: (at(rule, 'annotations') ?? {}) as Rule['annotations'],
      severity: String(at(rule, 'labels', 'severity')),
    }));

/** A Grafana dashboard, as far as it is looked at. */
export interface Dashboard {
  readonly file: string;
  readonly title: string;
  readonly uid: string;
  readonly text: string;
  readonly panels: readonly Panel[];
  readonly variables: readonly { readonly name: string; readonly query: string }[];
}

export interface Panel {
  readonly title: string;
  readonly place: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
  readonly datasources: readonly unknown[];
}

export function readDashboards(): Dashboard[] {
  const folder = join(metricsFolder, 'dashboards');
  return readdirSync(folder).map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const parsed: unknown = JSON.parse(text);
    return {
      file,
      text,
      title: String(at(parsed, 'title')),
      uid: String(at(parsed, 'uid')),
      panels: listAt(parsed, 'panels').map((panel) => ({
        title: String(at(panel, 'title')),
        place: at(panel, 'gridPos') as Panel['place'],
        queries: listAt(panel, 'targets').map((target) => ({
          expr: String(at(target, 'expr')),
          legend: String(at(target, 'legendFormat')),
        })),
        datasources: [panel, ...listAt(panel, 'targets')].map((one) => at(one, 'datasource', 'uid')),
      })),
      variables: listAt(parsed, 'templating', 'list').map((variable) => ({
        name: String(at(variable, 'name')),
        query: String(at(variable, 'query', 'query') ?? ''),
      })),
    };
  });
}

/** The metric that the adapter gives to the autoscaler, and where it takes it from. */
export function adapterRules(): { readonly name: string; readonly expr: string }[] {
  const text = readFileSync(join(metricsFolder, 'prometheus-adapter.yaml'), 'utf8');
  const [, body = ''] = /metricsQuery: (.*)/.exec(text) ?? [];
  const [, name = ''] = /as: (\w+)/.exec(text) ?? [];
  // The adapter's own words for what it is asked for.
  const expr = body
    .replace('<<.GroupBy>>', 'namespace, pod')
    .replace('<<.LabelMatchers>>', 'namespace="x",pod=~"y"');
  return [{ name, expr }];
}
