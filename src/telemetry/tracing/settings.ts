import { parseDurationMs } from '../../duration.js';
import { otlpProtocols, propagatorNames, type TracingOptions } from './options.js';
import type { FormatName } from './propagation.js';
import { type SamplerName, samplerNames } from './sampler.js';

/** Tracing as it is to be, every default filled in but those that the exporters read from the environment themselves. */
export interface TracingSettings {
  readonly protocol: (typeof otlpProtocols)[number];
  /** Undefined where OTEL_EXPORTER_OTLP_ENDPOINT or its default counts. */
  readonly endpoint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES or the default counts. */
  readonly serviceName: string | undefined;
  readonly formats: readonly FormatName[];
  readonly parentsFrom: NonNullable<TracingOptions['parentsFrom']>;
  readonly sampler: SamplerName;
  readonly ratio: number;
  readonly keepErrors: boolean;
  /** Infinity for never. */
  readonly slowMs: number;
  readonly withPrincipal: boolean;
  /** What of the environment was not understood, and is left out (OpenTelemetry, "Enum value"). */
  readonly problems: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

const defaultRatio = 0.1;
const defaultSlow = '1s';

/**
 * Whether there is to be any tracing: where propylon.yaml asks for it, or the environment names a collector.
 * OTEL_SDK_DISABLED=true ends it whatever the file says.
 */
export function wantsTracing(options: TracingOptions | undefined, env: Environment): boolean {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
  if (options !== undefined) return options.enabled ?? true;
  const exporter = env['OTEL_TRACES_EXPORTER']?.trim();
  if (exporter === 'none') return false;
  return (
    exporter === 'otlp' ||
    isSet(env['OTEL_EXPORTER_OTLP_ENDPOINT']) ||
    isSet(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'])
  );
}

/** propylon.yaml over the standard variables of OpenTelemetry over the defaults. */
export function tracingSettings(options: TracingOptions, env: Environment): TracingSettings {
  const problems: string[] = [];
  /** An enum of the environment: "unknown values MUST be ignored with a warning". */
  const oneOf = <T extends string>(name: string, values: readonly T[]): T | undefined => {
    const text = env[name]?.trim().toLowerCase();
    if (!isSet(text)) return undefined;
    const found = values.find((value) => value === text);
    if (found === undefined) problems.push(`${name} is "${text}", not one of ${values.join(', ')}`);
    return found;
  };
  const protocol =
    options.protocol ??
    oneOf('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', otlpProtocols) ??
    oneOf('OTEL_EXPORTER_OTLP_PROTOCOL', otlpProtocols) ??
    'http/protobuf';
  const slow = options.keepSlowerThan ?? defaultSlow;
  return {
    protocol,
    endpoint: options.endpoint,
    headers: options.headers ?? {},
    serviceName: options.serviceName,
    formats: [...new Set(options.propagators ?? propagatorsOf(env, problems))].filter(
      (name) => name !== 'baggage',
    ),
    parentsFrom: options.parentsFrom ?? 'clients',
    sampler: options.sampler ?? oneOf('OTEL_TRACES_SAMPLER', samplerNames) ?? 'parentbased_traceidratio',
    ratio: options.ratio ?? ratioOf(env, problems) ?? defaultRatio,
    keepErrors: options.keepErrors ?? true,
    slowMs: parseDurationMs(slow) ?? Number.POSITIVE_INFINITY,
    withPrincipal: options.principal ?? false,
    problems,
  };
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

function propagatorsOf(env: Environment, problems: string[]): readonly (typeof propagatorNames)[number][] {
  const text = env['OTEL_PROPAGATORS'];
  if (!isSet(text)) return ['tracecontext'];
  return text.split(',').flatMap((part) => {
    const name = part.trim().toLowerCase();
    if (name === 'none' || name === '') return [];
    const known = propagatorNames.find((one) => one === name);
    if (known !== undefined) return [known];
    problems.push(`OTEL_PROPAGATORS has "${name}", which is not one of ${propagatorNames.join(', ')}`);
    return [];
  });
}

/** OTEL_TRACES_SAMPLER_ARG */
function ratioOf(env: Environment, problems: string[]): number | undefined {
  const text = env['OTEL_TRACES_SAMPLER_ARG'];
  if (!isSet(text)) return undefined;
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  problems.push(`OTEL_TRACES_SAMPLER_ARG is "${text}", not a number from 0 to 1`);
  return undefined;
}
