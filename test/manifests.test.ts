import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseConfig, settingsFrom } from '../src/config/index.js';

/** As much of the kinds as the rules below look at. */
interface Manifest {
  readonly kind: string;
  readonly data: Readonly<Record<string, string>>;
  readonly spec: {
    readonly template: { readonly spec: PodSpec };
    readonly ports: readonly { readonly targetPort: string }[];
  };
}
interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
    readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
    readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
  }[];
}

const text = readFileSync(new URL('../manifests/propylon.yaml', import.meta.url), 'utf8');
const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
const of = (kind: string): Manifest => {
  const found = manifests.find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
};
const parsed = parseConfig(of('ConfigMap').data['propylon.yaml'] ?? '', 'propylon.yaml');
const settings = settingsFrom(parsed.config, {}, {});
const pod = of('Deployment').spec.template.spec;
const [container] = pod.containers;
const portOf = (name: string | undefined) =>
  container?.ports.find((port) => port.name === name)?.containerPort;

describe('the manifests', () => {
  it('hold a configuration that the gateway accepts', () => {
    expect(parsed.diagnostics).toEqual([]);
    expect(container?.args).toEqual(['serve', '--config', '/etc/propylon/propylon.yaml']);
  });

  it('probe the admin listener where it listens, and route to the other', () => {
    expect(container?.livenessProbe.httpGet.path).toBe('/livez');
    expect(container?.readinessProbe.httpGet.path).toBe('/readyz');
    expect(portOf(container?.livenessProbe.httpGet.port)).toBe(settings.listen.adminPort);
    expect(portOf(of('Service').spec.ports[0]?.targetPort)).toBe(settings.listen.port);
  });

  it('give a pod longer to end than the gateway takes to drain', () => {
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(settings.limits.drainTimeoutMs ?? 0);
  });
});
