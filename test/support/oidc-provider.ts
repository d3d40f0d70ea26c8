import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import Provider from 'oidc-provider';
import { type IssuerKey, issuerKey } from './tokens.js';

/** What a token is asked for with. */
export interface TokenRequest {
  /** Blanks between them. Default "read". */
  readonly scope?: string;
  /** The `aud` of the token, as a resource (RFC 8707). Default "https://shop.example". */
  readonly resource?: string;
  /** A DPoP proof for the token endpoint, whose key the token shall be bound to. */
  readonly proof?: string;
}

/** A resource whose tokens are opaque. */
export const opaqueResource = 'https://opaque.example';

/** A real OpenID provider (npm's oidc-provider) over a real socket. */
export interface OidcProvider {
  readonly issuer: string;
  /** An access token by client credentials: a JWT (RFC 9068) of client "robot". */
  token(request?: TokenRequest): Promise<string>;
  /** Withdraws an opaque token (RFC 7009). */
  revoke(token: string): Promise<void>;
  /** Signs with a new key from now on, and publishes it; the old ones too, unless they are withdrawn. */
  rotate(options?: { readonly withdraw?: boolean }): void;
  /** Cuts every connection at once, as a host does that is not there. */
  goDown(): void;
  comeBack(): void;
  /** How often its keys have been asked for, also while it was down. */
  readonly asked: number;
  close(): Promise<void>;
}

const client = { id: 'robot', secret: 'not-so-secret-as-it-should-be' };
/** Both who asks for tokens and who asks about them. */
export const oidcClient: Readonly<typeof client> = client;
const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;

export async function startOidcProvider(): Promise<OidcProvider> {
  let serial = 0;
  let asked = 0;
  let isDown = false;
  let keys: readonly IssuerKey[] = [nextKey()];
  let answer: (request: IncomingMessage, response: ServerResponse) => unknown = () => {};

  function nextKey(): IssuerKey {
    serial += 1;
    return issuerKey(`key-${serial}`);
  }

  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    if (request.url?.includes('jwks')) asked += 1;
    void answer(request, response);
  });
  server.on('connection', (socket) => {
    if (isDown) {
      asked += 1;
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** The first key signs. */
  function publish(next: readonly IssuerKey[]): void {
    keys = next;
    const jwks = keys.map(({ privateKey, kid }) => ({
      ...privateKey.export({ format: 'jwk' }),
      kid,
      alg: 'ES256',
    }));
    answer = new Provider(issuer, {
      jwks: { keys: jwks },
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          id_token_signed_response_alg: 'ES256',
        },
      ],
      enabledJWA: { idTokenSigningAlgValues: ['ES256'], userinfoSigningAlgValues: ['ES256'] },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        dPoP: { enabled: true },
        introspection: { enabled: true, allowedPolicy: () => true },
        revocation: { enabled: true, allowedPolicy: () => true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context, resource) => ({
            scope: 'read write',
            audience: resource,
            accessTokenFormat: resource === opaqueResource ? 'opaque' : 'jwt',
            accessTokenTTL: 600,
            jwt: { sign: { alg: 'ES256' } },
          }),
        },
      },
    }).callback();
  }
  publish(keys);

  return {
    issuer,
    get asked() {
      return asked;
    },
    async token({ scope = 'read', resource = 'https://shop.example', proof } = {}) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: basic, ...(proof === undefined ? {} : { dpop: proof }) },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }),
      });
      const answered: unknown = await response.json();
      if (typeof answered !== 'object' || answered === null || !('access_token' in answered))
        throw new Error(JSON.stringify(answered));
      return String(answered.access_token);
    },
    async revoke(token) {
      const headers = { authorization: basic };
      await fetch(`${issuer}/token/revocation`, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ token }),
      });
    },
    rotate({ withdraw = false } = {}) {
      publish([nextKey(), ...(withdraw ? [] : keys)]);
    },
    goDown() {
      isDown = true;
      for (const socket of sockets) socket.destroy();
    },
    comeBack() {
      isDown = false;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
