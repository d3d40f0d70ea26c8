import { parser } from '@prometheus-io/lezer-promql';
import { catalog } from '../../src/telemetry/index.js';

/** A metric in an expression, with the labels that its matchers name. */
interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** Labels of `by`, `on`, `group_left` and the like, and the part of the expression that they speak of. */
interface Grouping {
  readonly labels: readonly string[];
  readonly from: number;
  readonly to: number;
}

export interface Expression {
  readonly selectors: readonly Selector[];
  readonly groupings: readonly Grouping[];
  /** Whether all of it could be read. */
  readonly isValid: boolean;
}

/** Reads PromQL by Prometheus' own grammar; Grafana's variables for durations are put in. */
export function readPromQl(text: string): Expression {
  const plain = text.replaceAll(/\$__(rate_)?interval/g, '5m');
  const selectors: Selector[] = [];
  const groupings: Grouping[] = [];
  let isValid = true;
  parser.parse(plain).iterate({
    enter({ type, name, node, from, to }) {
      if (type.isError) isValid = false;
      const textOf = ({ from: start, to: end }: { from: number; to: number }): string =>
        plain.slice(start, end);
      if (name === 'VectorSelector') {
        const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
        const labels = matchers.flatMap((matcher) => matcher.getChildren('LabelName').map(textOf));
        const metric = node.getChild('Identifier');
        selectors.push({ metric: metric === null ? '' : textOf(metric), labels, from, to });
      }
      if (name === 'GroupingLabels') {
        const whole = node.parent?.parent ?? node;
        groupings.push({ labels: node.getChildren('LabelName').map(textOf), from: whole.from, to: whole.to });
      }
    },
  });
  return { selectors, groupings, isValid };
}

/** What Prometheus puts on everything that it scrapes from a pod: see pod-monitor.yaml. */
export const targetLabels = [
  'namespace',
  'job',
  'pod',
  'instance',
  'container',
  'endpoint',
  'version',
  'rollouts_pod_template_hash',
] as const;

/** Metrics of others. */
const foreign: readonly [string, readonly string[]][] = [
  ['up', targetLabels],
  ['kube_pod_status_ready', ['namespace', 'pod', 'condition']],
];

/** Metric → the labels that it may be asked for. */
export type Known = ReadonlyMap<string, ReadonlySet<string>>;

/** The catalog as it is stored, those of others, and what rules record. */
export function knownMetrics(recorded: readonly (readonly [string, readonly string[]])[]): Known {
  const own = Object.values(catalog).flatMap(({ name, kind, labels }): [string, readonly string[]][] => {
    const all = [...labels, ...targetLabels];
    if (kind !== 'histogram') return [[name, all]];
    return [
      [`${name}_bucket`, [...all, 'le']],
      [`${name}_count`, all],
      [`${name}_sum`, all],
    ];
  });
  return new Map([...own, ...foreign, ...recorded].map(([name, labels]) => [name, new Set(labels)]));
}

/** Metrics and labels of an expression that nobody has. */
export function unknownNames(text: string, known: Known): string[] {
  const { selectors, groupings, isValid } = readPromQl(text);
  const findings = isValid ? [] : [`${text} is no PromQL`];
  for (const { metric, labels } of selectors) {
    const has = known.get(metric);
    if (has === undefined) findings.push(`nobody has the metric ${metric}`);
    else
      findings.push(
        ...labels.filter((label) => !has.has(label)).map((label) => `${metric} has no label ${label}`),
      );
  }
  for (const { labels, from, to } of groupings) {
    const inside = selectors.filter((selector) => selector.from >= from && selector.to <= to);
    const has = inside.flatMap(({ metric }) => [...(known.get(metric) ?? [])]);
    findings.push(
      ...labels.filter((label) => !has.includes(label)).map((label) => `nothing in ${text} has ${label}`),
    );
  }
  return findings;
}

/** Labels that the result of an expression can have: those that it is grouped by. */
export const groupedBy = (text: string): readonly string[] =>
  readPromQl(text).groupings.flatMap(({ labels }) => labels);
