import { linkerdProblems } from './linkerd.js';
import { type Manifest, nameOf } from './manifest.js';

/** Groups that Kubernetes does not serve itself → the package with their schemas. Linkerd's are in linkerd.ts. */
const packages: Readonly<Record<string, string>> = {
  'networking.istio.io': '@kubernetes-models/istio',
  'security.istio.io': '@kubernetes-models/istio',
  'telemetry.istio.io': '@kubernetes-models/istio',
  'extensions.istio.io': '@kubernetes-models/istio',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'argoproj.io': '@kubernetes-models/argo-rollouts',
  'serving.knative.dev': '@kubernetes-models/knative',
};

const isLinkerd = ({ apiVersion }: Manifest): boolean => apiVersion.startsWith('policy.linkerd.io/');

/** The module with class and type of a kind, which is there or not; undefined for those of linkerd.ts. */
export function moduleOf(manifest: Manifest): string | undefined {
  if (isLinkerd(manifest)) return undefined;
  const [group = ''] = manifest.apiVersion.split('/');
  return `${packages[group] ?? 'kubernetes-models'}/${manifest.apiVersion}/${manifest.kind}`;
}

interface Model {
  validate(): void;
}

/** What the schema of its kind says against it: types, required fields, patterns. Unknown fields are for strict.ts. */
export async function schemaProblems(manifest: Manifest): Promise<string[]> {
  if (isLinkerd(manifest)) return linkerdProblems(manifest);
  const found: unknown = await import(/* @vite-ignore */ moduleOf(manifest) ?? '').catch(() => undefined);
  const model = (found as Record<string, (new (data: Manifest) => Model) | undefined> | undefined)?.[
    manifest.kind
  ];
  if (model === undefined) return [`${nameOf(manifest)}: ${manifest.apiVersion} has no schema here`];
  try {
    new model(manifest).validate();
    return [];
  } catch (error) {
    return [`${nameOf(manifest)}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
