import type { Finding, PolicyValue } from '../../gate/index.js';
import type { CallShape } from '../../surface/index.js';
import type { UpstreamReport } from '../../upstream/index.js';

/** A header field or an entry of metadata as text: secrets as "***", bytes in base64. */
export type ShownField = readonly [name: string, value: string];

/**
 * What would happen, or with `sent` has happened, to one request, stage by stage. Plain data of bounded size without
 * credentials. What the request has not come to is undefined.
 */
export interface Explanation {
  /** undecided: an identity provider would have to be asked. */
  readonly verdict: 'answered' | 'refused' | 'undecided';
  /** One sentence. */
  readonly summary: string;
  readonly sent: boolean;
  readonly request: ExplainedRequest;
  readonly candidates: readonly ExplainedCandidate[];
  /** For an unknown path: templates that look like it. */
  readonly nearest: readonly { readonly httpMethod: string; readonly template: string }[];
  readonly route: ExplainedRoute | undefined;
  readonly bound: ExplainedBinding | undefined;
  readonly steps: readonly ExplainedStep[];
  readonly call: ExplainedCall | undefined;
  /** Of the method's policy what no step goes by: timeout, requestBytesMax, authentication.mode of none. */
  readonly settings: readonly PolicyValue[];
  readonly upstream: ExplainedUpstream | undefined;
  readonly answer: ExplainedAnswer;
  /** How the call ended; only of a request that was sent. */
  readonly outcome: ExplainedOutcome | undefined;
}

export interface ExplainedRequest {
  /** As sent. */
  readonly httpMethod: string;
  /** X-HTTP-Method-Override counted in. */
  readonly meansMethod: string;
  readonly target: string;
  readonly headers: readonly ShownField[];
  readonly bodyBytes: number;
  readonly clientAddress: string;
  /** Id of the caller, once authentication has found it out. */
  readonly principal: string | undefined;
  readonly requestId: string;
}

/** A route whose template matches the path. */
export interface ExplainedCandidate {
  readonly httpMethod: string;
  readonly template: string;
  /** "shop.catalog.v1.CatalogService.GetProduct" */
  readonly method: string;
  /** Where its rule is written: file:line. */
  readonly origin: string;
  readonly won: boolean;
  readonly why: string;
  /** Who may know of it. */
  readonly visibleTo: readonly string[];
}

export interface ExplainedRoute {
  readonly httpMethod: string;
  readonly template: string;
  readonly method: string;
  readonly shape: CallShape;
  readonly origin: string;
}

/** What became of path, query and body. */
export interface ExplainedBinding {
  readonly captures: readonly { readonly field: string; readonly text: string }[];
  readonly query: readonly ExplainedParameter[];
  readonly body: ExplainedBody;
  /** Every field of the message as it goes to the backend, and where its value is from. */
  readonly fields: readonly ExplainedField[];
  /** Why no message came of it. */
  readonly problem: string | undefined;
}

export interface ExplainedParameter {
  readonly name: string;
  readonly value: string;
  /** A field, a wish about the answer ($fields), or nothing: dropped, or the reason of the refusal. */
  readonly meaning: string;
}

export interface ExplainedBody {
  /** What the rule makes of it, and how it is written. */
  readonly kind: 'none' | 'json' | 'form' | 'protobuf' | 'raw';
  /** "*" or the field that it stands for. */
  readonly field: string;
  /** Names in it that are no fields: dropped, or what it is refused for. */
  readonly unknown: readonly string[];
}

export interface ExplainedField {
  readonly path: string;
  readonly value: string;
  readonly source: 'path' | 'query' | 'body' | 'derived' | 'gate';
}

/** One step of the gate at work. */
export interface ExplainedStep {
  readonly phase: 'admit' | 'inspect' | 'around';
  readonly name: string;
  /** around: what went in and out again; answers: it knew the answer itself. */
  readonly verdict: 'proceeds' | 'refuses' | 'answers';
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly httpStatus: number | undefined;
  /** What is behind a refusal; clients are not told. */
  readonly cause: string | undefined;
  readonly findings: readonly Finding[];
  /** For the backend, and of the client what is kept from it. */
  readonly metadata: readonly ShownField[];
  readonly withheld: readonly string[];
  /** For the client. */
  readonly headers: readonly ShownField[];
  readonly messageChanged: boolean;
  /** What of the policy it goes by, and who said so. */
  readonly policy: readonly PolicyValue[];
}

/** What the backend gets. */
export interface ExplainedCall {
  /** "/shop.catalog.v1.CatalogService/GetProduct" */
  readonly path: string;
  readonly timeoutMs: number | undefined;
  readonly metadata: readonly ShownField[];
  /** The first few of a stream. */
  readonly messages: readonly ExplainedMessage[];
  readonly messageCount: number;
}

export interface ExplainedMessage {
  readonly bytes: number;
  /** Undefined where it is no message of the type. */
  readonly json: string | undefined;
  /** Lower-case digits; cut where it is long. */
  readonly hex: string;
  /** What the bytes are, in their order. */
  readonly rows: readonly {
    readonly offset: number;
    readonly length: number;
    readonly path: string;
    readonly value?: string | undefined;
  }[];
}

/** Where calls go, and where this one does. */
export interface ExplainedUpstream {
  readonly target: string;
  readonly branches: readonly { readonly target: string; readonly when: string }[];
  readonly mirror: string | undefined;
  /** What the targets come to now. */
  readonly endpoints: readonly { readonly target: string; readonly endpoint: string }[];
  /** Which were chosen: copies and repeated calls among them. */
  readonly picked: readonly { readonly target: string; readonly endpoint: string }[];
  /** How the targets stand: breakers, connections, ejections. */
  readonly reports: readonly UpstreamReport[];
}

/** The HTTP answer. Of a request that is not sent: were the backend to say OK with nothing. */
export interface ExplainedAnswer {
  readonly httpStatus: number;
  readonly contentType: string | undefined;
  readonly streams: boolean;
  readonly headers: readonly ShownField[];
  /** As text, or base64 of what is none; undefined where it would be the backend's. */
  readonly body: string | undefined;
}

export interface ExplainedOutcome {
  /** "NOT_FOUND" */
  readonly code: string;
  readonly message: string;
  readonly metadata: readonly ShownField[];
  readonly trailers: readonly ShownField[];
  readonly messages: readonly ExplainedMessage[];
}
