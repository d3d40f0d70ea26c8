import { at, listAt, type Manifest } from './manifest.js';
import { type Container, type Pods, podsOf } from './pods.js';

/** A row of the Pod Security Standards, level "restricted"; what it says about a pod is what is wrong with it. */
interface Control {
  readonly name: string;
  readonly pod?: (spec: unknown) => boolean;
  readonly container?: (raw: unknown, spec: unknown) => boolean;
}

const volumeKinds = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
  // Kubernetes 1.31 and later: read-only by nature.
  'image',
]);

/** Of the container, or else of its pod. */
const effective = (raw: unknown, spec: unknown, ...path: string[]): unknown =>
  at(raw, 'securityContext', ...path) ?? at(spec, 'securityContext', ...path);

/** https://kubernetes.io/docs/concepts/security/pod-security-standards: each is true where the pod keeps to it. */
const controls: readonly Control[] = [
  {
    name: 'host namespaces',
    pod: (spec) => ['hostNetwork', 'hostPID', 'hostIPC'].every((field) => at(spec, field) !== true),
  },
  {
    name: 'volume types',
    pod: (spec) =>
      listAt(spec, 'volumes').every((volume) =>
        Object.keys(volume as object).every((key) => key === 'name' || volumeKinds.has(key)),
      ),
  },
  { name: 'privileged', container: (raw) => at(raw, 'securityContext', 'privileged') !== true },
  {
    name: 'privilege escalation',
    container: (raw) => at(raw, 'securityContext', 'allowPrivilegeEscalation') === false,
  },
  { name: 'running as non-root', container: (raw, spec) => effective(raw, spec, 'runAsNonRoot') === true },
  { name: 'user is not 0', container: (raw, spec) => Number(effective(raw, spec, 'runAsUser') ?? 1) !== 0 },
  {
    name: 'seccomp',
    container: (raw, spec) =>
      ['RuntimeDefault', 'Localhost'].includes(String(effective(raw, spec, 'seccompProfile', 'type'))),
  },
  {
    name: 'capabilities',
    container: (raw) =>
      listAt(raw, 'securityContext', 'capabilities', 'drop').includes('ALL') &&
      listAt(raw, 'securityContext', 'capabilities', 'add').every((name) => name === 'NET_BIND_SERVICE'),
  },
  {
    name: 'host ports',
    container: (raw) => listAt(raw, 'ports').every((port) => (at(port, 'hostPort') ?? 0) === 0),
  },
  {
    name: 'proc mount',
    container: (raw) => (at(raw, 'securityContext', 'procMount') ?? 'Default') === 'Default',
  },
  // Beyond the standard, and asked of everything here.
  {
    name: 'read-only root',
    container: (raw) => at(raw, 'securityContext', 'readOnlyRootFilesystem') === true,
  },
];

/** "Deployment/x" → controls that it may break, and why in the manifest itself. */
export type Exemptions = Readonly<Record<string, readonly string[]>>;

export function securityFindings(manifests: readonly Manifest[], exempt: Exemptions = {}): string[] {
  return podsOf(manifests).flatMap((pods) =>
    controls
      .filter(({ name }) => !(exempt[pods.from] ?? []).includes(name))
      .flatMap((control) => broken(control, pods)),
  );
}

function broken({ name, pod, container }: Control, { from, spec, containers }: Pods): string[] {
  const findings = pod !== undefined && !pod(spec) ? [`${from}: ${name}`] : [];
  const failing = (one: Container): boolean => container !== undefined && !container(one.raw, spec);
  return [...findings, ...containers.filter(failing).map((one) => `${from}, container ${one.name}: ${name}`)];
}
