import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchema } from './schema.js';
import { withoutSecrets } from './secret-settings.js';

/** Every place of the schema that takes a free text has a secret planted in it: what is still to be seen must be meant to. */

/** Paths of all free texts, and a configuration that has one in each place. */
function planted(schema: unknown, path: string): { value: unknown; paths: readonly string[] } {
  if (schema instanceof z.ZodOptional) return planted(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return planted(schema.in, path);
  if (schema instanceof z.ZodArray) return wrapped(planted(schema.element, `${path}[]`), (value) => [value]);
  if (schema instanceof z.ZodRecord)
    return wrapped(planted(schema.valueType, `${path}.*`), (value) => ({ some: value }));
  if (schema instanceof z.ZodUnion) {
    // One configuration cannot hold two alternatives: each is planted by itself, see below.
    const all = schema.options.map((option) => planted(option, path));
    return {
      value: new Alternatives(all.map(({ value }) => value)),
      paths: all.flatMap(({ paths }) => paths),
    };
  }
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape).map(([key, member]) => {
      const { value, paths } = planted(member, path === '' ? key : `${path}.${key}`);
      return { key, value, paths };
    });
    const isLoose = schema.def.catchall !== undefined && !(schema.def.catchall instanceof z.ZodNever);
    return {
      value: Object.fromEntries([
        ...members.map(({ key, value }) => [key, value]),
        ...(isLoose ? [['anything', plant(`${path}.(anything)`)]] : []),
      ]),
      paths: [...members.flatMap(({ paths }) => paths), ...(isLoose ? [`${path}.(anything)`] : [])],
    };
  }
  const isClosed = [z.ZodEnum, z.ZodLiteral, z.ZodNumber, z.ZodBoolean].some(
    (type) => schema instanceof type,
  );
  return isClosed ? { value: undefined, paths: [] } : { value: plant(path), paths: [path] };
}

class Alternatives {
  constructor(readonly values: readonly unknown[]) {}
}

const plant = (path: string): string => `PLANTED<${path}>`;
const wrapped = (
  { value, paths }: ReturnType<typeof planted>,
  wrap: (value: unknown) => unknown,
): ReturnType<typeof planted> => ({ value: wrap(value), paths });

/** All configurations that a value with alternatives stands for; each alternative is in one at least. */
function configurations(value: unknown): unknown[] {
  const most = (values: readonly unknown[][]): number => Math.max(1, ...values.map(({ length }) => length));
  if (value instanceof Alternatives) return value.values.flatMap(configurations);
  if (Array.isArray(value)) return configurations(value[0]).map((item) => [item]);
  if (typeof value !== 'object' || value === null) return [value];
  const members = Object.entries(value).map(([key, member]) => ({ key, all: configurations(member) }));
  return Array.from({ length: most(members.map(({ all }) => all)) }, (_, i) =>
    Object.fromEntries(members.map(({ key, all }) => [key, all[i % all.length]])),
  );
}

const { value, paths } = planted(configSchema, '');
const shown = new Set(
  configurations(value).flatMap((configuration) =>
    [...JSON.stringify(withoutSecrets(configuration)).matchAll(/PLANTED<(.*?)>/g)].map(
      ([, path = '']) => path,
    ),
  ),
);

const hidden: ReadonlySet<string> = new Set([
  'backends.*.split[].when.value',
  'backends.*.fault.when.value',
  'policies.*.transform.requestHeaders[].set',
  'policies.*.transform.requestHeaders[].default',
  'policies.*.transform.responseHeaders[].set',
  'policies.*.transform.responseHeaders[].default',
  'policies.*.transform.requestFields[].set',
  'policies.*.transform.requestFields[].default',
  'authentication.providers.*.keys.jwk.kty',
  'authentication.providers.*.keys.jwk.(anything)',
  'authentication.providers.*.keys.jwk[].kty',
  'authentication.providers.*.keys.jwk[].(anything)',
  'authentication.providers.*.keys.pem',
  'tracing.headers.*',
]);

/** A new setting that takes a text belongs here, or into secret-settings.ts and the list above: a human decides. */
const harmless: ReadonlySet<string> = new Set([
  'check.ignore[].rule',
  'check.ignore[].subject',
  'audit.file',
  'docs.path',
  'docs.servers[]',
  'docs.title',
  'authentication.providers.*.aud.unchecked',
  'authentication.providers.*.aud[]',
  'authentication.providers.*.azp[]',
  'authentication.providers.*.client.id',
  'authentication.providers.*.client.secretFile',
  'authentication.providers.*.clockTolerance',
  'authentication.providers.*.endpoint',
  'authentication.providers.*.header',
  'authentication.providers.*.issuer',
  'authentication.providers.*.issuer.unchecked',
  'authentication.providers.*.keys.jwksFile',
  'authentication.providers.*.keys.jwksUrl',
  'authentication.providers.*.keys.pemFile',
  'authentication.providers.*.keys.secretFile',
  'authentication.providers.*.keysFile',
  'authentication.providers.*.maxAge',
  'authentication.providers.*.remember',
  'authentication.providers.*.rules[].dns',
  'authentication.providers.*.rules[].hash',
  'authentication.providers.*.rules[].name',
  'authentication.providers.*.rules[].scopes[]',
  'authentication.providers.*.rules[].subject',
  'authentication.providers.*.rules[].uri',
  'authentication.providers.*.scopes[]',
  'authentication.providers.*.scopes[][]',
  'authentication.providers.*.subject',
  'authentication.providers.*.subject[]',
  'authentication.publicUrl',
  'authentication.realm',
  'authentication.sidecars[]',
  'backends.*',
  'backends.*.breaker.openFor',
  'backends.*.fault.delay',
  'backends.*.fault.when.header',
  'backends.*.hashOn.field',
  'backends.*.hashOn.header',
  'backends.*.health.service',
  'backends.*.hedge.delay',
  'backends.*.mirror.target',
  'backends.*.mirror.timeout',
  'backends.*.outlier.ejectFor',
  'backends.*.outlier.ejectForMax',
  'backends.*.outlier.interval',
  'backends.*.retry.backoff',
  'backends.*.retry.backoffMax',
  'backends.*.retry.perTryTimeout',
  'backends.*.serviceConfig',
  'backends.*.splitOn.cookie',
  'backends.*.splitOn.header',
  'backends.*.split[].target',
  'backends.*.split[].when.header',
  'backends.*.target',
  'backends.*.tls.ca',
  'backends.*.tls.cert',
  'backends.*.tls.key',
  'backends.*.tls.serverName',
  'codecs',
  'identity.jwt.audience',
  'identity.jwt.audience[]',
  'identity.jwt.claims[]',
  'identity.jwt.issuer',
  'identity.jwt.keyFile',
  'identity.jwt.lifetime',
  'identity.jwt.metadata',
  'identity.metadata.*',
  'listen.adminHost',
  'listen.adminNames[]',
  'listen.host',
  'listen.proxyProtocolFrom[]',
  'listen.tls.cert',
  'listen.tls.clientCa',
  'listen.tls.key',
  'log.access.except[]',
  'log.access.headers[]',
  'log.access.slow',
  'metadata.request[]',
  'metadata.response[]',
  'metadata.trailers[]',
  'overload.eventLoopDelay',
  'policies.*.addresses.allow[]',
  'policies.*.addresses.deny[]',
  'policies.*.authentication.providers[]',
  'policies.*.authorization.anyScopes[]',
  'policies.*.authorization.message',
  'policies.*.authorization.rule',
  'policies.*.authorization.scopes[]',
  'policies.*.cache.staleIfError',
  'policies.*.cache.staleWhileRevalidate',
  'policies.*.cache.tags[]',
  'policies.*.cache.ttl',
  'policies.*.cache.vary[]',
  'policies.*.cors.maxAge',
  'policies.*.cors.origins[]',
  'policies.*.cors.requestHeaders[]',
  'policies.*.cors.responseHeaders[]',
  'policies.*.deprecation.link',
  'policies.*.deprecation.since',
  'policies.*.deprecation.sunset',
  'policies.*.idempotency.remember',
  'policies.*.rateLimits[].field',
  'policies.*.rateLimits[].group',
  'policies.*.rateLimits[].header',
  'policies.*.rateLimits[].per',
  'policies.*.success.locationField',
  'policies.*.success.locationPrefix',
  'policies.*.timeout',
  'policies.*.transform.requestFields[].name',
  'policies.*.transform.requestFields[].rename',
  'policies.*.transform.requestHeaders[].name',
  'policies.*.transform.requestHeaders[].rename',
  'policies.*.transform.responseHeaders[].name',
  'policies.*.transform.responseHeaders[].rename',
  'rateLimits.localFor',
  'redis.keyPrefix',
  'redis.passwordEnv',
  'redis.passwordFile',
  'redis.sentinels.master',
  'redis.sentinels.nodes[]',
  'redis.timeout',
  'redis.tls.ca',
  'redis.tls.cert',
  'redis.tls.key',
  'redis.tls.serverName',
  'redis.url',
  'redis.username',
  'requests.ignoredQuery[]',
  'requests.methods.*.ignoredQuery[]',
  'rules[]',
  'securityHeaders.contentSecurityPolicy',
  'securityHeaders.contentTypeOptions',
  'securityHeaders.crossOriginResourcePolicy',
  'securityHeaders.referrerPolicy',
  'securityHeaders.strictTransportSecurity',
  'sources.descriptors[]',
  'sources.protos[]',
  'sources.reflect[]',
  'sse.eventIds.*',
  'timeouts.*',
  'trustedProxies[]',
  'webSocketOrigins[]',
  'tracing.endpoint',
  'tracing.serviceName',
  'tracing.keepSlowerThan',
]);

describe('the configuration as it is shown', () => {
  it('is tried with a secret in every place', () => {
    const tried = configurations(value)
      .map((configuration) => JSON.stringify(configuration))
      .join();
    expect(paths.filter((path) => !tried.includes(plant(path)))).toEqual([]);
    expect(new Set(paths).size).toBeGreaterThan(140);
  });

  it('hides what may be a secret', () => {
    expect([...new Set(paths)].filter((path) => !shown.has(path) && !hidden.has(path))).toEqual([]);
    expect([...hidden].filter((path) => shown.has(path))).toEqual([]);
  });

  it('shows what is none', () => {
    expect([...shown].filter((path) => !harmless.has(path))).toEqual([]);
  });

  it.each([
    ['redis://user:PLANTED@cache:6379/0'],
    ['rediss://:PLANTED@cache:6379'],
    ['https://id.example/introspect?secret=PLANTED'],
    ['https://id.example/introspect?x=PLANTED#PLANTED'],
    ['Bearer PLANTED'],
  ])('hides the credentials of %s, wherever it stands', (text) => {
    for (const config of [{ redis: { url: text } }, { backends: { '*': text } }, { listen: { host: text } }])
      expect(JSON.stringify(withoutSecrets(config))).not.toContain('PLANTED');
  });

  it('hides what a new setting is likely to be by its name', () => {
    expect(withoutSecrets({ redis: { password: 'a', passwordFile: '/b', apiKey: 'c' } })).toEqual({
      redis: { password: '[redacted]', passwordFile: '/b', apiKey: '[redacted]' },
    });
  });

  it('keeps the names of selectors and providers, whatever they are', () => {
    const config = {
      backends: { 'shop.auth.v1.TokenService': 'auth:50051' },
      timeouts: { 'shop.session.v1.*': '5s' },
    };
    expect(withoutSecrets(config)).toEqual(config);
  });
});
