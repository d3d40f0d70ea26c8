import { z } from 'zod';
import { type Manifest, nameOf } from './manifest.js';

/** The kinds of policy.linkerd.io that the overlay has: no package of the registries carries their schemas. */

const metadata = z.strictObject({
  name: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const reference = z.strictObject({
  group: z.string().optional(),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
});
const kind = (version: string, name: string, spec: z.ZodType) =>
  z.strictObject({
    apiVersion: z.literal(`policy.linkerd.io/${version}`),
    kind: z.literal(name),
    metadata,
    spec,
  });

const kinds = z.union([
  kind(
    'v1beta3',
    'Server',
    z.strictObject({
      podSelector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
      port: z.union([z.string(), z.int()]),
      proxyProtocol: z.enum(['unknown', 'HTTP/1', 'HTTP/2', 'gRPC', 'opaque', 'TLS']).optional(),
      accessPolicy: z.string().optional(),
    }),
  ),
  kind(
    'v1alpha1',
    'AuthorizationPolicy',
    z.strictObject({ targetRef: reference, requiredAuthenticationRefs: z.array(reference) }),
  ),
  kind(
    'v1alpha1',
    'MeshTLSAuthentication',
    z.strictObject({
      identities: z.array(
        z.string().regex(/^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/),
      ),
    }),
  ),
  kind(
    'v1alpha1',
    'NetworkAuthentication',
    z.strictObject({ networks: z.array(z.strictObject({ cidr: z.union([z.cidrv4(), z.cidrv6()]) })) }),
  ),
]);

export function linkerdProblems(manifest: Manifest): string[] {
  const { success, error } = kinds.safeParse(manifest);
  return success ? [] : [`${nameOf(manifest)}: ${z.prettifyError(error)}`];
}
