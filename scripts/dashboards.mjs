// Writes Grafana's dashboards, out of what is in scripts/dashboards/, into manifests/observability/metrics/dashboards/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dashboards } from './dashboards/all.mjs';

const folder = new URL('../manifests/observability/metrics/dashboards/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const { uid, ...rest } of dashboards) {
  const file = new URL(`${uid.replace('propylon-', '')}.json`, folder);
  writeFileSync(file, `${JSON.stringify({ uid, ...rest }, undefined, 2)}\n`);
}
