import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bootstrapOf, type ControlPlane, type WorkloadFiles } from '../../support/control-plane.js';
import { type MeshCluster, meshResources } from '../../support/mesh-resources.js';

const program = fileURLToPath(new URL('../../../.cache/interop/xds-control-plane', import.meta.url));

/** Whether the program is there. Without it the tests are left out loudly; under PROPYLON_REQUIRE_SERVERS that is an error. */
export function hasGoControlPlane(): boolean {
  if (existsSync(program)) return true;
  const text = 'go-control-plane is not in .cache/interop ("npm run interop:servers" puts it there)';
  if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
  console.warn(`\nSKIPPED: ${text}; the tests against a real control plane do not run\n`);
  return false;
}

/** A control plane on Envoy's own library, which decides by itself what a client is told, and when. */
export async function startGoControlPlane(files?: WorkloadFiles): Promise<ControlPlane> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = await once(createInterface(child.stdout), 'line');
  const services = new Map<string, readonly MeshCluster[]>();
  return {
    bootstrap: bootstrapOf(Number(port), files),
    serve(service, ...clusters) {
      services.set(service, clusters);
      child.stdin.write(`${JSON.stringify(meshResources(services), asProtoJson)}\n`);
    },
    close: () => child.stdin.end(),
  };
}

/** In ProtoJSON a wrapper is its value. */
function asProtoJson(_: string, value: unknown): unknown {
  const isWrapper = typeof value === 'object' && value !== null && Object.keys(value).join() === 'value';
  return isWrapper ? Object.values(value)[0] : value;
}
