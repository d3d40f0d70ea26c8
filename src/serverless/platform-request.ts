import type { HeaderFields } from '../headers.js';
import type { PropylonGateway, Received } from '../server/index.js';

/** A request as a platform hands it over. */
export interface PlatformRequest {
  readonly httpMethod: string;
  /** Scheme and authority: "https://api.example". */
  readonly origin: string;
  /** The request target as the client sent it, as far as the platform tells. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: HeaderFields;
  /** Who has sent it to the platform. */
  readonly peerAddress: string;
  readonly body: Uint8Array | undefined;
  readonly invocation: Received['invocation'];
}

/** Methods of which a Request takes no body; what clients send with them is read all the same. */
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Has a gateway answer it. What is no HTTP request at all is answered with 400; never rejects. */
export async function answerPlatform(gateway: PropylonGateway, sent: PlatformRequest): Promise<Response> {
  const { httpMethod, origin, target, headers, peerAddress, body, invocation } = sent;
  let request: Request;
  try {
    request = new Request(`${origin}${target}`, {
      method: httpMethod,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      ...(body === undefined || bodiless.has(httpMethod) ? {} : { body: new Uint8Array(body) }),
    });
  } catch {
    return Response.json(
      { code: 3, message: 'The platform has handed over what is no HTTP request.' },
      { status: 400 },
    );
  }
  return gateway.fetch(request, { target, headers, peerAddress, body, invocation });
}

/**
 * The fields without the address that the platform itself has written behind those of the client: the gateway
 * writes the peer there.
 */
export function withoutOwnAddress(headers: HeaderFields, isOwn: (element: string) => boolean): HeaderFields {
  return headers.flatMap(([name, value]) => {
    if (name !== 'x-forwarded-for') return [[name, value] as const];
    const elements = value.split(',').map((element) => element.trim());
    if (!isOwn(elements.at(-1) ?? '')) return [[name, value] as const];
    const others = elements.slice(0, -1);
    return others.length === 0 ? [] : [[name, others.join(', ')] as const];
  });
}
