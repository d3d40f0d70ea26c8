import { parseConfig, settingsFrom } from '../../src/config/index.js';
import { at, listAt, type Manifest, nameOf } from './manifest.js';
import { type Exemptions, securityFindings } from './pod-security.js';
import { labelsAt, podsOf, selects } from './pods.js';
import { referencesOf } from './references.js';

/** What is wrong with a set of manifests that are applied together, in words; empty where nothing is. */
export type Rule = (manifests: readonly Manifest[]) => string[];

/** Objects that whoever applies the manifests brings; manifests/README.md says so. */
export const brought: ReadonlySet<string> = new Set([
  'ConfigMap/propylon-image',
  'Secret/propylon-tls',
  'Secret/propylon-redis',
]);

/**
 * What reads the log files of a node, which are root's and the node's; and a program that writes into its own folders.
 * Neither may run in a namespace that enforces "restricted".
 */
const exempt: Exemptions = {
  'DaemonSet/fluent-bit': ['volume types', 'running as non-root', 'user is not 0', 'capabilities'],
  'StatefulSet/elasticsearch': ['read-only root'],
};

const ofKind = (manifests: readonly Manifest[], kind: string): Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

/** What is asked of every build, named after what it keeps from happening. */
export const rules: Readonly<Record<string, Rule>> = {
  'every pod is restricted by the Pod Security Standards': (manifests) => securityFindings(manifests, exempt),

  'every image is pinned to a version': (manifests) =>
    podsOf(manifests).flatMap(({ from, containers }) =>
      containers
        .filter(({ image }) => !/:v?\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$/.test(image))
        .map(({ image }) => `${from}: ${image}`),
    ),

  'every container says what it needs, and may not take all memory': (manifests) =>
    podsOf(manifests).flatMap(({ from, containers }) =>
      containers
        .filter(
          ({ raw }) =>
            at(raw, 'resources', 'requests', 'cpu') === undefined ||
            at(raw, 'resources', 'requests', 'memory') === undefined ||
            at(raw, 'resources', 'limits', 'memory') === undefined,
        )
        .map(({ name }) => `${from}, container ${name}`),
    ),

  'no object is named twice, and none names a namespace': (manifests) => {
    const names = manifests.map(
      ({ apiVersion, ...rest }) => `${apiVersion} ${nameOf({ apiVersion, ...rest })}`,
    );
    return [
      ...names.filter((name, index) => names.indexOf(name) !== index),
      ...manifests.filter(({ metadata }) => metadata.namespace !== undefined).map(nameOf),
    ];
  },

  'a workload selects its own pods and nobody else’s': (manifests) => {
    const all = podsOf(manifests);
    return all.flatMap(({ from, selector, labels }) => [
      ...(selects(selector, labels) ? [] : [`${from} does not select its own`]),
      ...all
        .filter((other) => other.from !== from && selects(selector, other.labels))
        .map((other) => `${from} selects those of ${other.from}`),
    ]);
  },

  'a service has pods, and its ports are theirs': (manifests) =>
    ofKind(manifests, 'Service').flatMap((service) => {
      const selector = labelsAt(service, 'spec', 'selector');
      const chosen = podsOf(manifests).filter(({ labels }) => selects(selector, labels));
      const wanted = listAt(service, 'spec', 'ports').map(
        (port) => at(port, 'targetPort') ?? at(port, 'port'),
      );
      return [
        ...(chosen.length === 0 ? [`${nameOf(service)} selects nothing`] : []),
        ...chosen.flatMap(({ from, containers }) =>
          wanted
            .filter(
              (port) =>
                !containers.some(({ ports }) => ports.some((p) => p.name === port || p.port === port)),
            )
            .map((port) => `${nameOf(service)}: ${from} has no port ${String(port)}`),
        ),
      ];
    }),

  'probes ask ports that the container has': (manifests) =>
    podsOf(manifests).flatMap(({ from, containers }) =>
      containers.flatMap(({ raw, ports }) =>
        ['startupProbe', 'livenessProbe', 'readinessProbe']
          .map((probe) => at(raw, probe, 'httpGet', 'port') ?? at(raw, probe, 'tcpSocket', 'port'))
          .filter((port) => port !== undefined && !ports.some((p) => p.name === port || p.port === port))
          .map((port) => `${from}: ${String(port)}`),
      ),
    ),

  'every pod has a network policy for both directions': (manifests) => {
    const policies = ofKind(manifests, 'NetworkPolicy');
    return podsOf(manifests)
      .filter(
        ({ labels }) =>
          !policies.some(
            (policy) =>
              selects(labelsAt(policy, 'spec', 'podSelector', 'matchLabels'), labels) &&
              ['Ingress', 'Egress'].every((type) => listAt(policy, 'spec', 'policyTypes').includes(type)),
          ),
      )
      .map(({ from }) => from);
  },

  'the admin port is open to monitoring and to probes alone': (manifests) =>
    ofKind(manifests, 'NetworkPolicy').flatMap((policy) =>
      listAt(policy, 'spec', 'ingress')
        .filter((rule) =>
          listAt(rule, 'ports').some((port) => ['admin', 9090].includes(at(port, 'port') as string | number)),
        )
        .flatMap((rule) => listAt(rule, 'from'))
        .filter(
          (from) =>
            at(from, 'namespaceSelector', 'matchLabels', 'kubernetes.io/metadata.name') !== 'monitoring' &&
            at(from, 'ipBlock', 'cidr') !== '169.254.7.127/32',
        )
        .map((from) => `${nameOf(policy)}: ${JSON.stringify(from)}`),
    ),

  'what is named is there, or documented as brought': (manifests) => {
    const there = new Set(manifests.map(nameOf));
    return manifests.flatMap((manifest) =>
      referencesOf(manifest)
        .filter((name) => !there.has(name) && !brought.has(name))
        .map((name) => `${nameOf(manifest)} names ${name}`),
    );
  },

  'the gateway accepts its configuration, and listens where it is asked': (manifests) =>
    gatewayConfigs(manifests).flatMap(({ from, text }) => {
      const { config, diagnostics } = parseConfig(text, from);
      const { listen } = settingsFrom(config, {}, {});
      const gateway = podsOf(manifests)
        .flatMap(({ containers }) => containers)
        .filter(({ name }) => name === 'propylon');
      return [
        ...diagnostics.map(({ text: problem }) => `${from}: ${problem}`),
        ...gateway.flatMap(({ ports }) =>
          [
            { name: 'http', port: listen.port },
            { name: 'admin', port: listen.adminPort },
          ]
            .filter(({ name, port }) => !ports.some((p) => p.name === name && p.port === port))
            .map(({ name, port }) => `${from}: no port ${name} ${port}`),
        ),
      ];
    }),

  'a pod has longer to end than the gateway takes': (manifests) =>
    gatewayConfigs(manifests).flatMap(({ from, text }) => {
      const { limits } = settingsFrom(parseConfig(text, from).config, {}, {});
      return podsOf(manifests)
        .filter(({ containers }) => containers.some(({ name }) => name === 'propylon'))
        .filter(({ spec }) => {
          const grace = Number(at(spec, 'terminationGracePeriodSeconds'));
          const { drainDelayMs = 0, drainTimeoutMs = 0 } = limits;
          return !(grace * 1000 > drainDelayMs + drainTimeoutMs + lastWordsMs);
        })
        .map((pods) => pods.from);
    }),
};

/** What src/server/listen.ts gives to streams for their last words, and to Node to end. */
const lastWordsMs = 1_500;

/** The propylon.yaml of every ConfigMap that has one. */
export function gatewayConfigs(
  manifests: readonly Manifest[],
): { readonly from: string; readonly text: string }[] {
  return ofKind(manifests, 'ConfigMap').flatMap((map) => {
    const text = at(map, 'data', 'propylon.yaml');
    return typeof text === 'string' ? [{ from: nameOf(map), text }] : [];
  });
}
