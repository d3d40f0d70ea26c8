import * as grpc from '@grpc/grpc-js';

/** What joins a mesh without a sidecar: the library for xDS, registered with grpc-js. */
export interface Xds {
  /** Credentials as the control plane says: mTLS with its certificates, or else plain text. */
  createCredentials(): grpc.ChannelCredentials;
}

/**
 * Loads @grpc/grpc-js-xds, which is optional and as large as all the rest: only who names an xds:/// target
 * pays for it. Returns a problem, for the operator, where it cannot work.
 */
export async function loadXds(env: NodeJS.ProcessEnv): Promise<Xds | { readonly problem: string }> {
  if (env['GRPC_XDS_BOOTSTRAP'] === undefined && env['GRPC_XDS_BOOTSTRAP_CONFIG'] === undefined) {
    return {
      problem:
        'GRPC_XDS_BOOTSTRAP does not name the bootstrap file that says where the control plane is; in Istio the annotation inject.istio.io/templates: grpc-agent sees to that',
    };
  }
  try {
    const { register, XdsChannelCredentials } = await import('@grpc/grpc-js-xds');
    register();
    return {
      createCredentials: () => new XdsChannelCredentials(grpc.credentials.createInsecure()),
    };
  } catch {
    return { problem: 'the package @grpc/grpc-js-xds is not installed: npm install @grpc/grpc-js-xds' };
  }
}
