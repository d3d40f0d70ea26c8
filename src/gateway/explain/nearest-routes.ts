import { nearestName } from '../../nearest.js';
import type { Route, Surface } from '../../surface/index.js';

const shownMax = 3;
const segmentsMax = 128;

/**
 * Routes that an unknown path was probably meant for: templates that have most of its segments, mistyped ones
 * counting half. None where nothing is near.
 */
export function nearestRoutes(
  { routes }: Surface,
  target: string,
  httpMethod: string,
): { readonly httpMethod: string; readonly template: string }[] {
  const [path = ''] = target.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1);
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .slice(0, segmentsMax);
  // Templates have few literals among them, and comparing texts is the dear part.
  const known = new Map<string, boolean>();
  const isNear = (text: string, literal: string): boolean => {
    const key = `${text}/${literal}`;
    const near = known.get(key) ?? nearestName(text, [literal]) !== undefined;
    known.set(key, near);
    return near;
  };
  return routes
    .map((route) => ({ route, distance: distanceOf(route, segments, httpMethod, isNear) }))
    .filter(({ distance }) => distance <= Math.max(1, segments.length) / 2 + 0.25)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, shownMax)
    .map(({ route: { binding } }) => ({ httpMethod: binding.httpMethod, template: binding.template.text }));
}

function distanceOf(
  { binding }: Route,
  path: readonly string[],
  httpMethod: string,
  isNear: (text: string, literal: string) => boolean,
): number {
  const { segments, verb, restIndex } = binding.template;
  const [last = '', given = ''] = (path.at(-1) ?? '').split(':', 2);
  const spelt = verb === '' ? path : [...path.slice(0, -1), last];
  let distance = verb === given || verb === '' ? 0 : 0.5;
  if (binding.httpMethod !== httpMethod && binding.httpMethod !== '*') distance += 0.25;
  for (const [index, segment] of segments.entries()) {
    const text = spelt[index];
    if (segment.kind === 'rest') break;
    if (text === undefined) distance += 1;
    else if (segment.kind === 'any') distance += 0.1;
    else if (text !== segment.text) distance += isNear(text, segment.text) ? 0.5 : 1;
  }
  return restIndex < 0 ? distance + Math.max(0, spelt.length - segments.length) : distance;
}
