import { at, listAt, type Manifest } from './manifest.js';

/** Field of an object → the kind of what it names; in lists and in mappings, at whatever depth. */
const fields: Readonly<Record<string, (value: unknown) => readonly string[]>> = {
  serviceAccountName: (value) => [`ServiceAccount/${String(value)}`],
  serviceName: (value) => [`Service/${String(value)}`],
  configMap: (value) => named('ConfigMap', at(value, 'name')),
  configMapRef: (value) => named('ConfigMap', at(value, 'name')),
  configMapKeyRef: (value) => named('ConfigMap', at(value, 'name')),
  secretKeyRef: (value) => named('Secret', at(value, 'name')),
  // A volume says secretName; a source of a projected volume says name.
  secret: (value) => named('Secret', at(value, 'secretName') ?? at(value, 'name')),
  secretName: (value) => [`Secret/${String(value)}`],
  credentialName: (value) => [`Secret/${String(value)}`],
  certificateRefs: (value) => listAt({ value }, 'value').flatMap((one) => named('Secret', at(one, 'name'))),
  backendRefs: (value) =>
    listAt({ value }, 'value').flatMap((one) => named(String(at(one, 'kind') ?? 'Service'), at(one, 'name'))),
  parentRefs: (value) =>
    listAt({ value }, 'value').flatMap((one) => named(String(at(one, 'kind') ?? 'Gateway'), at(one, 'name'))),
  targetRefs: (value) =>
    listAt({ value }, 'value').flatMap((one) => named(String(at(one, 'kind')), at(one, 'name'))),
  targetRef: (value) => named(String(at(value, 'kind')), at(value, 'name')),
  scaleTargetRef: (value) => named(String(at(value, 'kind')), at(value, 'name')),
  workloadRef: (value) => named(String(at(value, 'kind')), at(value, 'name')),
  requiredAuthenticationRefs: (value) =>
    listAt({ value }, 'value').flatMap((one) => named(String(at(one, 'kind')), at(one, 'name'))),
  // Of an Ingress.
  service: (value) => named('Service', at(value, 'name')),
  stableService: (value) => named('Service', value),
  canaryService: (value) => named('Service', value),
  templateName: (value) => named('AnalysisTemplate', value),
};

function named(kind: string, name: unknown): readonly string[] {
  return typeof name === 'string' ? [`${kind}/${name}`] : [];
}

/** Every object that a manifest names, as "Kind/name", without those in places that Kubernetes fills in. */
export function referencesOf(manifest: Manifest): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      for (const name of fields[key]?.(inner) ?? []) found.add(name);
      visit(inner);
    }
  };
  visit(at(manifest, 'spec'));
  for (const host of hostsOf(manifest)) found.add(`Service/${host}`);
  return [...found];
}

/** Of Istio: the services behind a VirtualService and a DestinationRule. */
function hostsOf(manifest: Manifest): string[] {
  if (manifest.kind === 'DestinationRule') return [String(at(manifest, 'spec', 'host'))];
  if (manifest.kind !== 'VirtualService') return [];
  return listAt(manifest, 'spec', 'http')
    .flatMap((route) => listAt(route, 'route'))
    .map((route) => String(at(route, 'destination', 'host')));
}
