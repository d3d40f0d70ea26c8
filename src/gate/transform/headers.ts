import { mayCrossInRequest } from '../../crossing-names.js';
import { isPrintableAscii, listElements, trimOws } from '../../headers.js';
import { Code } from '../../status/index.js';
import type { GateContext } from '../context.js';
import type { GateStep } from '../step.js';
import { type Refusal, refusal } from '../verdict.js';
import { changeHeaders, headerChanges } from './header-changes.js';
import { mayChangeInResponse } from './response-names.js';

/** Header fields of requests before they become metadata, and of answers when all else has been said. */
export function transformedHeaders(context: GateContext): readonly GateStep[] {
  const { requestHeaders = [], responseHeaders = [] } = context.policy.transform ?? {};
  const ofRequest = headerChanges(
    context,
    'transform.requestHeaders',
    requestHeaders,
    (name) => mayCrossInRequest(name) && name !== 'x-request-id' && !context.resources.ownNames.has(name),
  );
  const ofResponse = headerChanges(
    context,
    'transform.responseHeaders',
    responseHeaders,
    mayChangeInResponse,
  );
  // What is changed reaches the backend, whether or not it would have by its name.
  const touched = new Set(
    ofRequest.flatMap((change) => (change.kind === 'rename' ? [change.name, change.to] : [change.name])),
  );
  if (ofRequest.length === 0 && ofResponse.length === 0) return [];
  return [
    {
      name: 'transformed headers',
      admit(view) {
        if (ofResponse.length > 0) view.onHeaders((headers) => changeHeaders(ofResponse, view, headers));
        if (ofRequest.length === 0) return undefined;
        const { headers } = view.request;
        const hopByHop = listElements(headers, 'connection').map((name) => name.toLowerCase());
        const given = headers.filter(([name]) => touched.has(name) && !hopByHop.includes(name));
        view.withhold(touched);
        for (const [name, value] of changeHeaders(ofRequest, view, given)) {
          const trimmed = trimOws(value);
          if (!isPrintableAscii(trimmed)) return notPrintable(name);
          view.metadata.push([name, trimmed]);
        }
        return undefined;
      },
    },
  ];
}

function notPrintable(name: string): Refusal {
  const message = `Header field ${name} may hold printable ASCII only.`;
  return refusal(Code.INVALID_ARGUMENT, 'HEADER_MALFORMED', message);
}
