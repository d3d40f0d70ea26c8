import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { expose } from '../../telemetry/index.js';
import type { Ask } from './operation.js';

const openMetrics = 'application/openmetrics-text';
const prometheusText = 'text/plain';

/** What Prometheus and its like collect, in the format that they would rather have. */
export async function answerMetrics(c: Context, ask: Ask): Promise<Response> {
  const { metrics } = await ask('metrics', undefined);
  if (metrics.length === 0) return c.text('Nothing is counted: metrics.enabled is false.\n', 404);
  const wanted = accepts(c, {
    header: 'Accept',
    supports: [prometheusText, openMetrics],
    default: prometheusText,
  });
  const { contentType, text } = await expose(metrics, wanted === openMetrics ? 'openmetrics' : 'prometheus');
  return c.body(text, 200, { 'content-type': contentType });
}
