import { audiences, sees } from '../../gate/index.js';
import type { PathTemplate, Segment } from '../../httprule/index.js';
import type { Route, Surface } from '../../surface/index.js';
import type { ExplainedCandidate } from './explanation.js';

/** For people: more would not be read. */
const candidatesMax = 50;

/**
 * Every route whose template matches the path, and why the one that won did. What is declared after an equal one is
 * among them, though the router does not know it.
 */
export function candidatesOf(
  surface: Surface,
  target: string,
  httpMethod: string,
  winner: Route | undefined,
): ExplainedCandidate[] {
  const matching = matchingRoutes(surface, target);
  const shadowed = surface.routes.filter((route) =>
    matching.some((one) => one !== route && isEqual(one, route)),
  );
  const others = [...matching, ...shadowed.filter((route) => !matching.includes(route))];
  const runnerUp = matching.find((route) => route !== winner && takes(route, httpMethod));
  return others.slice(0, candidatesMax).map((route) => ({
    httpMethod: route.binding.httpMethod,
    template: route.binding.template.text,
    method: nameOf(route),
    origin: originOf(route),
    won: route === winner,
    why: route === winner ? whyWon(route, runnerUp) : whyLost(route, winner, httpMethod),
    visibleTo: audiences.filter((audience) => sees(audience, visibilityOf(route))),
  }));
}

/** None for a path that nobody can read: the answer says what is wrong with it. */
function matchingRoutes(surface: Surface, target: string): readonly Route[] {
  try {
    return surface.router.candidates(target);
  } catch {
    return [];
  }
}

export function nameOf({ binding: { method } }: Route): string {
  return `${method.parent.typeName}.${method.name}`;
}

export function originOf({ binding: { location } }: Route): string {
  return location.line === 0 ? location.file : `${location.file}:${location.line}`;
}

export function visibilityOf({ policy }: Route) {
  return policy.policy.visibility ?? 'public';
}

function isEqual(a: Route, b: Route): boolean {
  return (
    a.binding.httpMethod === b.binding.httpMethod && a.binding.template.shape === b.binding.template.shape
  );
}

/** HEAD is served by what serves GET. */
function takes({ binding }: Route, httpMethod: string): boolean {
  const own = binding.httpMethod;
  return own === '*' || own === httpMethod || (httpMethod === 'HEAD' && own === 'GET');
}

function whyWon(winner: Route, runnerUp: Route | undefined): string {
  if (runnerUp === undefined) return 'no other template of this HTTP method matches';
  return `before ${runnerUp.binding.template.text}: ${difference(winner, runnerUp)}`;
}

function whyLost(route: Route, winner: Route | undefined, httpMethod: string): string {
  if (!takes(route, httpMethod)) return `is for ${route.binding.httpMethod}, and this is ${httpMethod}`;
  if (winner === undefined) return 'is not for this caller, or the request was refused before';
  if (isEqual(route, winner)) return `is the same as the one of ${nameOf(winner)}, which was declared first`;
  return `${winner.binding.template.text} comes before it: ${difference(winner, route)}`;
}

/** The first place, as the router walks, at which one is more specific than the other. */
function difference({ binding: won }: Route, { binding: lost }: Route): string {
  if (won.template.verb !== lost.template.verb) {
    return won.template.verb === ''
      ? `":${lost.template.verb}" is no verb of the path`
      : `the path ends in its verb ":${won.template.verb}"`;
  }
  const at = won.template.segments.findIndex(
    (segment, i) => text(segment) !== text(lost.template.segments[i]),
  );
  if (at >= 0 || lost.template.segments.length > won.template.segments.length) {
    const place = at < 0 ? won.template.segments.length : at;
    return `segment ${place + 1} is ${described(won.template, place)} there, ${described(lost.template, place)} here`;
  }
  return won.httpMethod === '*' ? 'hidden from this caller' : `it is for ${won.httpMethod} alone`;
}

function described({ segments }: PathTemplate, at: number): string {
  const segment = segments[at];
  if (segment === undefined) return 'nothing';
  return segment.kind === 'literal' ? `the literal "${segment.text}"` : text(segment);
}

function text(segment: Segment | undefined): string {
  if (segment === undefined) return '';
  return segment.kind === 'literal' ? `"${segment.text}"` : segment.kind === 'any' ? '*' : '**';
}
