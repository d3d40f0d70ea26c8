import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.js';
import type { Definition } from './definition.js';

const all: readonly Definition[] = Object.values(catalog);

describe('the catalog of metrics', () => {
  it.each(all)('$name is named as OpenMetrics wants it', ({ name, kind, labels, help, buckets }) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(labels.filter((label) => !/^[a-z][a-z0-9_]*$/.test(label) || label === 'le')).toEqual([]);
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    if (kind === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/);
    expect(buckets.toSorted((a, b) => a - b)).toEqual(buckets);
    expect(buckets.length > 0).toBe(kind === 'histogram');
    expect(help).toMatch(/^[^"\\\n]+\.$/);
  });

  it('has no two metrics of one name', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it('is what docs/metrics.md says', () => {
    expect(execFileSync(process.execPath, ['scripts/metrics.mjs', '--check']).toString()).toBe('');
  });
});
