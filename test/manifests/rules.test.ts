import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { schemaProblems } from './kinds.js';
import { parseManifests } from './manifest.js';
import { rules } from './rules.js';
import { unknownFields } from './strict.js';

/** A rule that finds nothing proves something only where it would find it. */

const base = ['deployment', 'service', 'network-policy', 'autoscaler', 'service-account', 'disruption-budget']
  .map((name) => readFileSync(new URL(`../../manifests/base/${name}.yaml`, import.meta.url), 'utf8'))
  .join('\n---\n')
  .replace('image: propylon', 'image: propylon:0.1.0');
const settings = readFileSync(new URL('../../manifests/base/propylon.yaml', import.meta.url), 'utf8');
const configMap = `---
apiVersion: v1
kind: ConfigMap
metadata: { name: propylon }
data:
  propylon.yaml: |
${settings.replace(/^/gm, '    ')}`;

const whole = `${base}\n${configMap}`;

const broken: readonly [rule: string, from: string | RegExp, to: string][] = [
  ['every pod is restricted by the Pod Security Standards', 'runAsNonRoot: true', 'runAsNonRoot: false'],
  ['every pod is restricted by the Pod Security Standards', 'drop: [ALL]', 'drop: [NET_RAW]'],
  ['every image is pinned to a version', 'propylon:0.1.0', 'propylon:latest'],
  ['every image is pinned to a version', 'propylon:0.1.0', 'propylon'],
  [
    'every container says what it needs, and may not take all memory',
    'limits: { memory: 512Mi }',
    'limits: {}',
  ],
  [
    'no object is named twice, and none names a namespace',
    'metadata: { name: propylon }',
    'metadata: { name: propylon, namespace: shop }',
  ],
  ['no object is named twice, and none names a namespace', /$/, `\n${configMap}`],
  [
    'a workload selects its own pods and nobody else’s',
    /version: stable }\n {2}template/,
    'version: next }\n  template',
  ],
  ['a service has pods, and its ports are theirs', 'targetPort: http', 'targetPort: web'],
  ['probes ask ports that the container has', 'path: /readyz, port: admin', 'path: /readyz, port: amdin'],
  ['every pod has a network policy for both directions', '[Ingress, Egress]', '[Ingress]'],
  [
    'the admin port is open to monitoring and to probes alone',
    'metadata.name: monitoring',
    'metadata.name: default',
  ],
  ['what is named is there, or documented as brought', 'name: propylon-image', 'name: propylon-images'],
  [
    'what is named is there, or documented as brought',
    'serviceAccountName: propylon',
    'serviceAccountName: gateway',
  ],
  [
    'the gateway accepts its configuration, and listens where it is asked',
    'adminPort: 9090',
    'adminPort: 9091',
  ],
  ['the gateway accepts its configuration, and listens where it is asked', 'adminHost', 'adminHots'],
  [
    'a pod has longer to end than the gateway takes',
    'terminationGracePeriodSeconds: 30',
    'terminationGracePeriodSeconds: 25',
  ],
];

describe('the rules of the manifests', () => {
  it('find nothing in the base', () => {
    for (const [name, rule] of Object.entries(rules)) expect(rule(parseManifests(whole)), name).toEqual([]);
  });

  it.each(broken)('%s: %s → %s is found', (name, from, to) => {
    const text = whole.replace(from, to);
    expect(text).not.toBe(whole);
    expect(rules[name]?.(parseManifests(text))).not.toEqual([]);
  });

  it('are each broken once', () => {
    expect(Object.keys(rules).filter((name) => !broken.some(([one]) => one === name))).toEqual([]);
  });

  it('a value of the wrong type, a kind without a schema and an unknown field are found', async () => {
    const [deployment] = parseManifests(
      whole.replace('revisionHistoryLimit: 3', 'revisionHistoryLimit: three'),
    );
    const [other] = parseManifests(whole.replace('apiVersion: apps/v1', 'apiVersion: shop/v1'));
    const [misspelt] = parseManifests(whole.replace('topologyKey:', 'topologieKey:'));
    if (deployment === undefined || other === undefined || misspelt === undefined)
      throw new Error('no manifest');
    expect(await schemaProblems(deployment)).toEqual([expect.stringContaining('revisionHistoryLimit')]);
    expect(await schemaProblems(other)).toEqual([expect.stringContaining('no schema')]);
    expect(await unknownFields([misspelt])).toEqual([expect.stringContaining('topologieKey')]);
  });
});
