import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKey } from '../../src/gate/index.js';
import { createGateway, type GatewayOptions, type PropylonGateway } from '../../src/index.js';
import { gateSettings } from './gate-settings.js';
import { contractProtos } from './openapi.js';
import { issuerKey, signedToken } from './tokens.js';

/** A method for each audience, with words of its own. */
export const audiencesImage = contractProtos(`
  // For everybody.
  service Open {
    // Reads a thing.
    rpc GetThing(GetThingRequest) returns (Thing) { option (google.api.http) = { get: "/v1/{name=things/*}" }; }
  }
  // Only partners hear of it.
  service Deals {
    // Reads a deal.
    rpc GetDeal(GetDealRequest) returns (Deal) { option (google.api.http) = { get: "/v1/{name=deals/*}" }; }
  }
  // The house's own.
  service Secrets {
    // Reads a secret.
    rpc GetSecret(GetSecretRequest) returns (Secret) {
      option (google.api.http) = { get: "/v1/{name=secrets/*}" additional_bindings { get: "/v1/{name=things/*}:secret" } };
    }
  }
  message GetThingRequest { string name = 1; }
  message Thing { string name = 1; Shape shape = 2; }
  enum Shape { SHAPE_UNSPECIFIED = 0; ROUND = 1; }
  message GetDealRequest { string name = 1; }
  message Deal { string name = 1; Rebate rebate = 2; }
  message Rebate { int32 percent = 1; }
  message GetSecretRequest { string name = 1; }
  message Secret { string name = 1; Depth depth = 2; }
  enum Depth { DEPTH_UNSPECIFIED = 0; ABYSS = 1; }
`);

/** Callers of each audience, and a gateway's settings by which they are. */
export interface AudienceCallers {
  readonly keys: Readonly<Record<'public' | 'partner' | 'internal', string>>;
  /** Of somebody of the house. */
  readonly token: string;
  readonly settings: Pick<GatewayOptions, 'policies' | 'gate'>;
  remove(): void;
}

export function audienceCallers(): AudienceCallers {
  const folder = mkdtempSync(join(tmpdir(), 'propylon-portal-'));
  const keysFile = join(folder, 'keys.yaml');
  const made = (audience: 'public' | 'partner' | 'internal') => {
    const key = newKey({ subject: audience, audience });
    if ('problem' in key) throw new Error(key.problem);
    return key;
  };
  const keys = { public: made('public'), partner: made('partner'), internal: made('internal') };
  writeFileSync(
    keysFile,
    `keys:\n${Object.values(keys)
      .map(({ entry }) => `  - ${entry}\n`)
      .join('')}`,
  );
  const issuer = issuerKey('k1');
  const settings = gateSettings(
    {
      't.v1.Deals': { visibility: 'partner' },
      't.v1.Secrets': { visibility: 'internal' },
      't.v1.Open': { authentication: { mode: 'none' } },
    },
    {
      authentication: {
        providers: {
          keys: { type: 'apiKey', keysFile },
          staff: {
            type: 'jwt',
            issuer: 'https://id.example',
            aud: ['api'],
            audience: 'internal',
            keys: { jwk: [issuer.jwk] },
          },
        },
      },
    },
  );
  return {
    keys: { public: keys.public.key, partner: keys.partner.key, internal: keys.internal.key },
    token: signedToken(
      { alg: 'ES256', kid: 'k1' },
      { iss: 'https://id.example', sub: 'ann', aud: 'api', exp: Math.floor(Date.now() / 1000) + 600 },
      issuer.privateKey,
    ),
    settings,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A gateway that listens, in front of nothing. */
export interface BareGateway {
  readonly gateway: PropylonGateway;
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function startBareGateway(options: Partial<GatewayOptions> = {}): Promise<BareGateway> {
  const gateway = await createGateway({
    sources: [{ label: 't', load: async () => audiencesImage }],
    warn: () => undefined,
    ...options,
  });
  const listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  return {
    gateway,
    port: listener.port,
    url: `http://127.0.0.1:${listener.port}`,
    async close() {
      await listener.close();
      await gateway.close();
    },
  };
}
