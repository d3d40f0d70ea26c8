import { type PlatformRequest, withoutOwnAddress } from './platform-request.js';

/**
 * What API Gateway's HTTP APIs (payload format 2.0) and function URLs hand to a function, as far as it is read here.
 * See AWS Lambda, "Request and response payloads".
 */
export interface LambdaEvent {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[] | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestContext: {
    readonly domainName: string;
    readonly stage: string;
    readonly http: { readonly method: string; readonly sourceIp: string };
  };
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
}

/** Function URLs: "abc123.lambda-url.eu-central-1.on.aws". */
const functionUrl = /\.lambda-url\.[a-z0-9-]+\.on\.aws(?:\.cn)?$/;

/** What Lambda says of an invocation, as far as it is read here. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly invokedFunctionArn: string;
}

/** The request behind an event. `basePath` is what the paths of templates do not have: a stage, unless said otherwise. */
export function requestOfEvent(
  event: LambdaEvent,
  context: LambdaContext | undefined,
  basePath: string | undefined,
): PlatformRequest {
  const { domainName, http } = event.requestContext;
  const path = belowBase(rawPathOf(event), basePath ?? stagePath(event));
  const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
  const headers = Object.entries(event.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), value] as const],
  );
  const cookies = event.cookies ?? [];
  return {
    httpMethod: http.method,
    origin: `https://${domainName}`,
    target: `${path}${query}`,
    headers: [
      ...withoutOwnAddress(headers, (element) => element === http.sourceIp),
      ...(cookies.length === 0 ? [] : [['cookie', cookies.join('; ')] as const]),
    ],
    peerAddress: http.sourceIp,
    body: bodyOf(event),
    invocation: context && { id: context.awsRequestId, arn: context.invokedFunctionArn },
  };
}

/**
 * HTTP APIs decode the path, function URLs hand it over as it came. A decoded one is encoded again, so that
 * a "?" or "%" in it is no syntax; only an encoded slash cannot be told from a slash any more.
 */
function rawPathOf({ rawPath, requestContext }: LambdaEvent): string {
  if (functionUrl.test(requestContext.domainName)) return rawPath;
  // Half a surrogate pair cannot be encoded.
  return Buffer.from(rawPath).toString().split('/').map(encodeSegment).join('/');
}

/** What RFC 3986 §3.3 lets stand in a segment stays as it is. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/%(?:3A|40|24|26|2B|2C|3B|3D)/g, (triplet) =>
    decodeURIComponent(triplet),
  );
}

/** Stages with a name come first in every path of theirs. */
function stagePath({ requestContext: { stage } }: LambdaEvent): string {
  return stage === '$default' ? '' : `/${stage}`;
}

function belowBase(path: string, base: string): string {
  return base !== '' && (path === base || path.startsWith(`${base}/`))
    ? path.slice(base.length) || '/'
    : path;
}

function bodyOf({ body, isBase64Encoded }: LambdaEvent): Uint8Array | undefined {
  return body === undefined || body === ''
    ? undefined
    : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}
