import { isUtf8 } from 'node:buffer';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  createConfiguredGateway as createConfigured,
  type GatewayOptions,
  type PropylonGateway,
} from '../server/index.js';
import { type LambdaContext, type LambdaEvent, requestOfEvent } from './aws-event.js';
import { answerPlatform } from './platform-request.js';
import { lambda } from './platforms.js';

export type { LambdaContext, LambdaEvent } from './aws-event.js';

/** `createConfiguredGateway` of the library, whose spans say which function they come from. */
export function createConfiguredGateway(file: string, options?: GatewayOptions): Promise<PropylonGateway> {
  return createConfigured(file, options, lambda(process.env));
}

/** What is special about a function. */
export interface LambdaOptions {
  /** Leading part of paths that templates do not have: the key of an API mapping, say. Default: the stage, where it has a name. */
  readonly basePath?: string;
}

/** An answer in payload format 2.0. */
export interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly cookies: string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/**
 * A handler for AWS Lambda behind an HTTP API (payload format 2.0) or a function URL. Streams are answered
 * when they have ended; createLambdaStreamHandler sends them as they come.
 *
 *     export const handler = createLambdaHandler(createConfiguredGateway('propylon.yaml'));
 */
export function createLambdaHandler(
  gateway: PropylonGateway | Promise<PropylonGateway>,
  options: LambdaOptions = {},
): (event: LambdaEvent, context?: LambdaContext) => Promise<LambdaAnswer> {
  return async (event, context) => {
    const request = requestOfEvent(event, context, options.basePath);
    const response = await answerPlatform(await gateway, request);
    const { statusCode, headers, cookies } = headOf(response);
    let body: Buffer;
    try {
      body = Buffer.from(await response.arrayBuffer());
    } catch {
      return brokenOff;
    }
    const isText = isUtf8(body) && !response.headers.has('content-encoding');
    return {
      statusCode,
      headers,
      cookies,
      body: body.toString(isText ? 'utf8' : 'base64'),
      isBase64Encoded: !isText,
    };
  };
}

/** A stream that fails midway must not look complete, and here nothing of it has been sent. */
const brokenOff: LambdaAnswer = {
  statusCode: 502,
  headers: { 'content-type': 'application/json' },
  cookies: [],
  body: JSON.stringify({ code: 14, message: 'The answer broke off before its end.' }),
  isBase64Encoded: false,
};

/** What Lambda's runtime puts into the global scope for functions whose answers are streamed. */
interface StreamingRuntime {
  streamifyResponse<T>(
    handler: (event: LambdaEvent, stream: Writable, context?: LambdaContext) => Promise<void>,
  ): T;
  readonly HttpResponseStream: {
    from(stream: Writable, head: Omit<LambdaAnswer, 'body' | 'isBase64Encoded'>): Writable;
  };
}

/**
 * The same for a function URL, or a REST API, with the invoke mode RESPONSE_STREAM: messages leave as they come.
 * Throws Error outside of Lambda.
 */
export function createLambdaStreamHandler(
  gateway: PropylonGateway | Promise<PropylonGateway>,
  options: LambdaOptions = {},
): (event: LambdaEvent, context: unknown) => Promise<void> {
  const { awslambda: runtime } = globalThis as { readonly awslambda?: StreamingRuntime };
  if (runtime === undefined)
    throw new Error('There is no awslambda here: this handler runs in AWS Lambda only.');
  return runtime.streamifyResponse(async (event, stream, context) => {
    const request = requestOfEvent(event, context, options.basePath);
    const response = await answerPlatform(await gateway, request);
    const out = runtime.HttpResponseStream.from(stream, headOf(response));
    if (response.body === null) out.end();
    else await pipeline(response.body.values(), out);
  });
}

/** Fields that may be there once; cookies have a list of their own. */
function headOf({ status, headers }: Response): Omit<LambdaAnswer, 'body' | 'isBase64Encoded'> {
  const fields = [...headers].filter(([name]) => name !== 'set-cookie');
  return { statusCode: status, headers: Object.fromEntries(fields), cookies: headers.getSetCookie() };
}
