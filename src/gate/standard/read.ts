import { isDeclaredRead } from '../../descriptor/index.js';
import type { GateContext } from '../context.js';
import type { GateView } from '../view.js';

/** Whether the requests of a binding change nothing: by its HTTP method (RFC 9110 §9.2.1), or since the method says so. */
export function isReadBinding({ method, httpMethod }: Pick<GateContext, 'method' | 'httpMethod'>): boolean {
  return isDeclaredRead(method) || isRead(httpMethod);
}

/** The same of a request of a binding that takes several HTTP methods. */
export function isReadRequest({ request }: GateView): boolean {
  return isRead(request.httpMethod);
}

function isRead(httpMethod: string): boolean {
  return httpMethod === 'GET' || httpMethod === 'HEAD';
}
