import { describe, expect, it } from 'vitest';
import { parseConfig, resolvePaths } from './index.js';

const text = `
authentication:
  providers:
    login: { type: jwt, issuer: "https://id.example", aud: [shop], keys: { jwksFile: jwks.json } }
    opaque: { type: introspection, endpoint: "https://id.example/i", client: { id: a, secretFile: ./secret } }
    keys: { type: apiKey, keysFile: keys.yaml }
identity:
  jwt: { keyFile: ../identity.pem, issuer: a, audience: b }
`;

describe('paths of a configuration', () => {
  it('are relative to its folder: keys, secrets and what identities are signed with', () => {
    const { config, diagnostics } = parseConfig(text, 'propylon.yaml');
    expect(diagnostics).toEqual([]);
    expect(resolvePaths(config, '/etc/propylon')).toMatchObject({
      authentication: {
        providers: {
          login: { keys: { jwksFile: '/etc/propylon/jwks.json' } },
          opaque: { endpoint: 'https://id.example/i', client: { secretFile: '/etc/propylon/secret' } },
          keys: { keysFile: '/etc/propylon/keys.yaml' },
        },
      },
      identity: { jwt: { keyFile: '/etc/identity.pem' } },
    });
  });
});
