import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { at, listAt, parseManifests } from './manifest.js';
import { manifestsFolder } from './programs.js';
import { groupedBy, knownMetrics, unknownNames } from './promql.js';
import { adapterRules, prometheusRules, readDashboards, rulesOf } from './queries.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const slo = rulesOf(prometheusRules('slo.yaml'));
const alerts = rulesOf(prometheusRules('alerts.yaml'));
const known = knownMetrics(slo.map(({ record = '', expr }) => [record, groupedBy(expr)]));
const dashboards = readDashboards();

describe('what asks Prometheus', () => {
  it.each([
    ['a metric', 'sum(rate(http_server_requests_total[5m]))'],
    ['a label', 'http_server_active_requests{http_route="/"}'],
    ['a label to group by', 'sum by (route) (rate(http_server_request_duration_seconds_count[5m]))'],
    ['a part of a histogram', 'rate(http_server_request_duration_seconds[5m])'],
    ['PromQL that is none', 'sum(rate(up[5m])'],
  ])('is found out where it names %s that nobody has', (_, expr) => {
    expect(unknownNames(expr, known)).not.toEqual([]);
  });

  it('has rules that name metrics and labels of the catalog', () => {
    expect([...slo, ...alerts].flatMap(({ expr }) => unknownNames(expr, known))).toEqual([]);
  });

  it('has an analysis of rollouts that names them too', () => {
    const [template] = parseManifests(
      readFileSync(join(manifestsFolder, 'components/rollout/analysis.yaml'), 'utf8'),
    );
    const queries = listAt(template, 'spec', 'metrics').map((metric) =>
      String(at(metric, 'provider', 'prometheus', 'query')),
    );
    expect(queries.length).toBeGreaterThan(0);
    expect(
      queries.flatMap((expr) => unknownNames(expr.replaceAll(/\{\{args\.(\w+)\}\}/g, '$1'), known)),
    ).toEqual([]);
  });

  it('has a metric for the autoscaler, under the name that it asks for', () => {
    const component = readFileSync(join(manifestsFolder, 'observability/metrics/kustomization.yaml'), 'utf8');
    for (const { name, expr } of adapterRules()) {
      expect(unknownNames(expr, known)).toEqual([]);
      expect(component).toContain(`name: ${name}`);
    }
  });
});

describe('an alert', () => {
  const runbooks = join(root, 'docs/runbooks');
  const names = new Set(alerts.map(({ alert }) => alert ?? ''));

  it('has a runbook, and a runbook an alert', () => {
    for (const { alert, annotations } of alerts)
      expect(annotations['runbook']).toBe(`docs/runbooks/${alert}.md`);
    expect(readdirSync(runbooks).sort()).toEqual([...names].map((name) => `${name}.md`).sort());
  });

  it.each([...names])(
    '%s: the runbook says what it means, whom it hurts, how to look and what to do',
    (name) => {
      const text = readFileSync(join(runbooks, `${name}.md`), 'utf8');
      const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual([name, 'Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
      expect(text).toMatch(/```sh( no-run=[a-z]+)?\n/);
    },
  );

  it('speaks of labels that it has', () => {
    const spoken = alerts.flatMap(({ alert, expr, annotations }) =>
      [...(annotations['summary'] ?? '').matchAll(/\$labels\.(\w+)/g)]
        .map(([, label = '']) => label)
        .filter((label) => !groupedBy(expr).includes(label))
        .map((label) => `${alert}: ${label}`),
    );
    expect(spoken).toEqual([]);
  });

  it('wakes somebody up or waits for the morning', () => {
    expect(alerts.filter(({ severity }) => !['critical', 'warning'].includes(severity))).toEqual([]);
  });
});

describe('the dashboards', () => {
  it('are what scripts/dashboards makes', () => {
    const script =
      "import('./scripts/dashboards/all.mjs').then((m) => console.log(JSON.stringify(m.dashboards)))";
    const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
    const made = JSON.parse(stdout) as { uid: string }[];
    expect(made.map((one) => [one.uid, `${JSON.stringify(one, undefined, 2)}\n`]).sort()).toEqual(
      dashboards.map(({ uid, text }) => [uid, text]).sort(),
    );
  });

  it('name metrics and labels of the catalog', () => {
    const queries = dashboards.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries));
    expect(queries.length).toBeGreaterThan(80);
    expect(queries.flatMap(({ expr }) => unknownNames(expr, known))).toEqual([]);
  });

  it('have legends of labels that the lines have', () => {
    const wrong = dashboards.flatMap(({ panels }) =>
      panels.flatMap(({ title, queries }) =>
        queries.flatMap(({ expr, legend }) =>
          [...legend.matchAll(/\{\{(\w+)\}\}/g)]
            .map(([, label = '']) => label)
            .filter((label) => !groupedBy(expr).includes(label))
            .map((label) => `${title}: ${label}`),
        ),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('ask the data source that is chosen, by variables that they have', () => {
    for (const { file, text, panels, variables } of dashboards) {
      expect(new Set(panels.flatMap(({ datasources }) => datasources)), file).toEqual(
        new Set(['$datasource']),
      );
      const used = new Set([...text.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name));
      expect(
        [...used].filter((name) => !variables.some((variable) => variable.name === name)),
        file,
      ).toEqual([]);
      for (const { query } of variables.filter((variable) => variable.query.startsWith('label_values'))) {
        const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
        expect(unknownNames(`sum by (${label}) (${selector})`, known), query).toEqual([]);
      }
    }
  });

  it('put no panel over another', () => {
    for (const { file, panels } of dashboards) {
      const overlaps = panels.flatMap((a, index) =>
        panels
          .slice(index + 1)
          .filter(
            ({ place: b }) =>
              a.place.x < b.x + b.w &&
              b.x < a.place.x + a.place.w &&
              a.place.y < b.y + b.h &&
              b.y < a.place.y + a.place.h,
          )
          .map(({ title }) => `${a.title} and ${title}`),
      );
      expect(overlaps, file).toEqual([]);
    }
  });

  it('show every metric of the catalog', () => {
    const shown = dashboards.map(({ text }) => text).join();
    const missing = [...known.keys()]
      .filter((name) => /^(http|rpc|propylon_|nodejs|v8js|process)/.test(name) && !name.includes(':'))
      .map((name) => name.replace(/_(bucket|count|sum)$/, ''))
      .filter((name) => !shown.includes(name));
    // What an alert looks at, and no panel needs.
    expect([...new Set(missing)]).toEqual([
      'nodejs_eventloop_delay_mean_seconds',
      'v8js_memory_heap_limit_bytes',
    ]);
  });
});
