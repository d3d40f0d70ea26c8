import { at, type Labels, listAt, type Manifest, nameOf } from './manifest.js';

/** A pod as a workload makes it. */
export interface Pods {
  /** "Deployment/propylon" */
  readonly from: string;
  readonly labels: Labels;
  readonly selector: Labels;
  readonly spec: unknown;
  readonly containers: readonly Container[];
}

/** A container, with what a pod gives to all of its own. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  readonly raw: unknown;
}

const workloads: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job']);

/** The pods that a set of manifests makes. A Rollout takes the template of a Deployment. */
export function podsOf(manifests: readonly Manifest[]): Pods[] {
  return manifests
    .filter(({ kind }) => workloads.has(kind))
    .map((manifest) => {
      const spec = at(manifest, 'spec', 'template', 'spec');
      const all = [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')];
      return {
        from: nameOf(manifest),
        labels: labelsAt(manifest, 'spec', 'template', 'metadata', 'labels'),
        selector: labelsAt(manifest, 'spec', 'selector', 'matchLabels'),
        spec,
        containers: all.map(containerOf),
      };
    });
}

function containerOf(raw: unknown): Container {
  return {
    name: String(at(raw, 'name')),
    image: String(at(raw, 'image')),
    ports: listAt(raw, 'ports').map((port) => ({
      name: String(at(port, 'name')),
      port: Number(at(port, 'containerPort')),
    })),
    raw,
  };
}

export function labelsAt(value: unknown, ...path: readonly string[]): Labels {
  const found = at(value, ...path);
  return typeof found === 'object' && found !== null ? (found as Labels) : {};
}

/** Whether a selector takes what has these labels; an empty one takes everything. */
export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
