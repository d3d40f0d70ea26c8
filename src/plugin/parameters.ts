import { type Audience, audiences } from '../gate/index.js';

/** What the plugin can write. */
export const outputs = ['openapi', 'client', 'markdown', 'postman', 'llms', 'routes', 'codecs'] as const;
export type Output = (typeof outputs)[number];

/** What `opt:` of buf.gen.yaml, or `--propylon_opt` of protoc, says. */
export interface PluginParameters {
  /** At least one. */
  readonly emit: readonly Output[];
  readonly version: '3.0' | '3.1';
  readonly format: 'json' | 'yaml';
  readonly audience: Audience;
  /** One document of everything, instead of one for each package. */
  readonly merge: boolean;
  readonly title: string | undefined;
  readonly servers: readonly string[];
  /** Messages that codecs are written of besides those of routes. */
  readonly types: readonly string[];
}

/** Says what is wrong, for those who wrote it. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

const names = ['emit', 'version', 'format', 'audience', 'merge', 'title', 'server', 'type'];

/** "format=yaml,server=https://a.example" → parameters. Throws ParameterError. */
export function readParameters(text: string): PluginParameters {
  const given = new Map<string, string[]>();
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [name = '', ...rest] = part.split('=');
    if (!names.includes(name))
      throw new ParameterError(`There is no parameter "${name}": ${names.join(', ')} are all there are.`);
    given.set(name, [...(given.get(name) ?? []), rest.join('=')]);
  }
  // The last word counts, as it does for flags; the first choice is the default.
  const choice = <T extends string>(name: string, choices: readonly T[]): T => {
    const value = given.get(name)?.at(-1);
    const found = value === undefined ? choices[0] : choices.find((one) => one === value);
    if (found !== undefined) return found;
    throw new ParameterError(
      `The parameter ${name} is "${value ?? ''}", but must be ${choices.join(' or ')}.`,
    );
  };
  const emit = given.get('emit') ?? ['openapi'];
  const unknown = emit.find((name) => !outputs.some((output) => output === name));
  if (unknown !== undefined)
    throw new ParameterError(`The parameter emit is "${unknown}", but must be ${outputs.join(' or ')}.`);
  return {
    emit: outputs.filter((output) => emit.includes(output)),
    version: choice('version', ['3.1', '3.0']),
    format: choice('format', ['json', 'yaml']),
    audience: choice('audience', audiences),
    merge: choice('merge', ['false', 'true', '']) !== 'false',
    title: given.get('title')?.at(-1),
    servers: given.get('server') ?? [],
    types: given.get('type') ?? [],
  };
}
