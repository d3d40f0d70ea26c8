import { describe, expect, it } from 'vitest';
import { type TracingOptions, tracingSchema } from './options.js';
import { type Environment, tracingSettings, wantsTracing } from './settings.js';

/** propylon.yaml over the variables of OpenTelemetry over the defaults. */

describe('tracing', () => {
  it.each<[boolean, string, TracingOptions | undefined, Environment]>([
    [false, 'where nobody asks for it', undefined, {}],
    [true, 'where the file has the section', {}, {}],
    [false, 'where the section says no', { enabled: false }, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }],
    [true, 'where the environment names a collector', undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }],
    [true, 'or one for traces', undefined, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c' }],
    [true, 'or an exporter', undefined, { OTEL_TRACES_EXPORTER: 'otlp' }],
    [false, 'where a variable is empty', undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }],
    [
      false,
      'where the environment wants none',
      undefined,
      { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' },
    ],
    [true, 'where the file does all the same', {}, { OTEL_TRACES_EXPORTER: 'none' }],
    [false, 'where the SDK is disabled', { enabled: true }, { OTEL_SDK_DISABLED: 'TRUE' }],
    [true, 'where it is not', {}, { OTEL_SDK_DISABLED: 'yes' }],
  ])('is %s %s', (expected, _where, options, env) => {
    expect(wantsTracing(options, env)).toBe(expected);
  });

  it('has defaults', () => {
    expect(tracingSettings({}, {})).toEqual({
      protocol: 'http/protobuf',
      endpoint: undefined,
      headers: {},
      serviceName: undefined,
      formats: ['tracecontext'],
      parentsFrom: 'clients',
      sampler: 'parentbased_traceidratio',
      ratio: 0.1,
      keepErrors: true,
      slowMs: 1_000,
      withPrincipal: false,
      problems: [],
    });
  });

  it.each<[Environment, object]>([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, { protocol: 'grpc' }],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
      { protocol: 'http/protobuf' },
    ],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, { sampler: 'always_on' }],
    [{ OTEL_TRACES_SAMPLER_ARG: '0.5' }, { ratio: 0.5 }],
    [{ OTEL_PROPAGATORS: 'tracecontext, baggage,B3,b3' }, { formats: ['tracecontext', 'b3'] }],
    [{ OTEL_PROPAGATORS: 'none' }, { formats: [] }],
  ])('takes %j from the environment', (env, expected) => {
    expect(tracingSettings({}, env)).toMatchObject({ ...expected, problems: [] });
  });

  it('takes the file before it', () => {
    const env = {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_TRACES_SAMPLER_ARG: '1',
      OTEL_PROPAGATORS: 'b3',
    };
    const options: TracingOptions = {
      protocol: 'http/protobuf',
      sampler: 'always_off',
      ratio: 0,
      propagators: ['jaeger'],
      keepSlowerThan: 'off',
    };
    expect(tracingSettings(options, env)).toMatchObject({
      protocol: 'http/protobuf',
      sampler: 'always_off',
      ratio: 0,
      formats: ['jaeger'],
      slowMs: Number.POSITIVE_INFINITY,
    });
  });

  it.each<[Environment, RegExp, object]>([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, /PROTOCOL is "http\/json"/, { protocol: 'http/protobuf' }],
    [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, /SAMPLER is/, { sampler: 'parentbased_traceidratio' }],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, /SAMPLER_ARG is "2"/, { ratio: 0.1 }],
    [{ OTEL_TRACES_SAMPLER_ARG: 'x' }, /SAMPLER_ARG is "x"/, { ratio: 0.1 }],
    [{ OTEL_PROPAGATORS: 'tracecontext,xray' }, /has "xray"/, { formats: ['tracecontext'] }],
  ])('leaves out what it does not understand of %j, and says so', (env, problem, expected) => {
    const settings = tracingSettings({}, env);
    expect(settings).toMatchObject(expected);
    expect(settings.problems).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    [{ ratio: 1.1 }],
    [{ endpoint: 'collector:4317' }],
    [{ propagators: [] }],
    [{ propagators: ['xray'] }],
    [{ keepSlowerThan: 'never' }],
    [{ sampel: 'x' }],
  ])('refuses %j in the file', (section) => {
    expect(tracingSchema.safeParse(section).success).toBe(false);
  });
});
