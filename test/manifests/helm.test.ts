import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.js';
import { schemaProblems } from './kinds.js';
import { at, type Manifest, nameOf } from './manifest.js';
import { findTool, helmLint, helmTemplate, kustomize } from './programs.js';
import { gatewayConfigs, rules } from './rules.js';
import { unknownFields } from './strict.js';

const helm = findTool('helm');
const kustomizeProgram = findTool('kustomize');
const render = (values?: string, release?: string): Promise<Manifest[]> =>
  helmTemplate(helm ?? '', values, release);

/** The pod of `helm test`, which is gone before anybody could talk to it. */
const isHook = ({ metadata }: Manifest): boolean => metadata.annotations?.['helm.sh/hook'] !== undefined;

const variants: Readonly<Record<string, string>> = {
  nothing: '{}',
  'no autoscaler, no budget, a fixed number': `
autoscaling: { enabled: false }
disruptionBudget: { enabled: false }
replicas: 3`,
  'other ports and a backend with settings': `
config:
  listen: { port: 8081, adminPort: 9091 }
  backends: { "shop.*": { target: "dns:///shop:50051", retry: { attempts: 3 } } }
service: { type: LoadBalancer, port: 8080 }`,
  'an OCI image': 'descriptors: { ociImage: "registry.example/propylon-image:0.1.0" }',
  'an Ingress and a mesh': `
ingress: { enabled: true }
podLabels: { sidecar.istio.io/inject: "true" }
podAnnotations: { linkerd.io/inject: enabled }`,
  'a route of the Gateway API': `
gatewayApi: { enabled: true, parentRefs: [{ kind: Service, name: propylon }], hostnames: [api.example.com] }`,
  'all that watches': `
autoscaling: { targetRequestsPerSecond: 1500 }
metrics: { podMonitor: { enabled: true }, rules: { enabled: true }, dashboards: { enabled: true } }`,
  'a Secret, its mount, a variable': `
env: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://otel-collector:4317" }]
volumes: [{ name: tls, secret: { secretName: propylon-tls } }]
volumeMounts: [{ name: tls, mountPath: /run/secrets/tls, readOnly: true }]`,
};

/** Without what kustomize's base has in other words: the text of propylon.yaml, whose comments helm cannot have. */
const comparable = (manifest: Manifest): unknown => ({
  ...manifest,
  ...(at(manifest, 'data') === undefined ? {} : { data: undefined }),
});
const byName = (a: Manifest, b: Manifest): number => nameOf(a).localeCompare(nameOf(b));

describe.skipIf(helm === undefined)('the Helm chart', () => {
  it('has nothing that helm lint minds', async () => {
    expect(await helmLint(helm ?? '')).toContain('0 chart(s) failed');
  });

  it.skipIf(kustomizeProgram === undefined)('is the base of kustomize when nothing is set', async () => {
    const base = await kustomize(kustomizeProgram ?? '', 'base');
    const rendered = (await render()).filter((manifest) => !isHook(manifest));
    expect(rendered.sort(byName).map(comparable)).toEqual(base.sort(byName).map(comparable));
    const [own, theirs] = [rendered, base].map((all) =>
      parseConfig(gatewayConfigs(all)[0]?.text ?? '', 'propylon.yaml'),
    );
    expect(own).toEqual(theirs);
  });

  describe.each(Object.entries(variants))('with %s', (_, values) => {
    it('renders what the schemas and the rules accept', async () => {
      const rendered = await render(values);
      expect((await Promise.all(rendered.map(schemaProblems))).flat()).toEqual([]);
      const lasting = rendered.filter((manifest) => !isHook(manifest));
      for (const [name, rule] of Object.entries(rules)) expect(rule(lasting), name).toEqual([]);
    });
  });

  it('has no field that its kinds do not have, whatever is set', async () => {
    const all = await Promise.all(Object.values(variants).map((values) => render(values)));
    expect(await unknownFields(all.flat())).toEqual([]);
  });

  it('may be installed twice in a namespace', async () => {
    const [first, second] = await Promise.all([render(), render('{}', 'internal')]);
    const both = [...(first ?? []), ...(second ?? [])].filter((manifest) => !isHook(manifest));
    for (const name of [
      'no object is named twice, and none names a namespace',
      'a service has pods, and its ports are theirs',
    ])
      expect(rules[name]?.(both), name).toEqual([]);
    expect(second?.map(nameOf)).toContain('Deployment/internal-propylon');
  });

  it.each([
    ['an unknown value', 'replica: 3'],
    ['a tag that moves', 'image: { tag: latest }'],
    ['a port that is none', 'service: { port: 0 }'],
    ['an admin listener that no probe reaches', 'config: { listen: { adminHost: 127.0.0.1 } }'],
    ['a pod that is ended before it is done', 'terminationGracePeriodSeconds: 20'],
    ['descriptors from nowhere', 'descriptors: { configMap: "" }'],
  ])('refuses %s', async (_, values) => {
    await expect(render(values)).rejects.toThrow();
  });
});
