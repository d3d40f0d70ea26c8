import type { Context } from 'hono';
import type { Ask } from './operation.js';
import type { ExplainArguments } from './operations/explain.js';

/** {"method", "url", "headers": {name: value} or [[name, value]], "body" (text) or "bodyBase64", "from", "send"} → an explanation. */
export async function explainRequest(c: Context, ask: Ask): Promise<Response> {
  const asked = argumentsOf(await c.req.json().catch(() => undefined));
  if (typeof asked === 'string') return c.json({ message: `The question cannot be read: ${asked}.` }, 400);
  return c.json(await ask('explain', asked));
}

/** What a question says, or what is wrong with it. */
function argumentsOf(json: unknown): ExplainArguments | string {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'it is no JSON object';
  const members: Readonly<Record<string, unknown>> = { ...json };
  const { method = 'GET', url, headers = {}, body, bodyBase64, from, send } = members;
  const unknown = Object.keys(members).find((name) => !known.has(name));
  if (unknown !== undefined) return `it has no member "${unknown}"`;
  if (typeof method !== 'string' || !/^[!#$%&'*+.^_`|~\w-]+$/.test(method)) return 'method is no HTTP method';
  if (typeof url !== 'string' || url === '') return 'url is missing';
  const fields = fieldsOf(headers);
  if (fields === undefined) return 'headers is no object of texts, nor a list of pairs';
  const isText = (value: unknown): value is string | undefined =>
    value === undefined || typeof value === 'string';
  if (!isText(body) || !isText(bodyBase64) || !isText(from)) return 'body, bodyBase64 and from are texts';
  if (send !== undefined && typeof send !== 'boolean') return 'send is true or false';
  return {
    method,
    url,
    headers: fields,
    body: bodyBase64 ?? Buffer.from(body ?? '').toString('base64'),
    from,
    send,
  };
}

const known: ReadonlySet<string> = new Set([
  'method',
  'url',
  'headers',
  'body',
  'bodyBase64',
  'from',
  'send',
]);

function fieldsOf(headers: unknown): ExplainArguments['headers'] | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const pairs: readonly unknown[] = Array.isArray(headers) ? headers : Object.entries(headers);
  const fields: (readonly [string, string])[] = [];
  for (const pair of pairs) {
    if (!Array.isArray(pair)) return undefined;
    const [name, value, ...more]: readonly unknown[] = pair;
    if (typeof name !== 'string' || typeof value !== 'string' || more.length > 0) return undefined;
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) return undefined;
    fields.push([name, value]);
  }
  return fields;
}
