import { nearestName } from '../codec/index.js';
import type { DescMethod, DescriptorRegistry } from '../descriptor/index.js';

/**
 * The method that a text names: pkg.Service/Method, pkg.Service.Method, or so much of its end that it is the only one.
 * A problem, for people, where it names none, or several.
 */
export function findMethod(
  { services }: DescriptorRegistry,
  text: string,
): DescMethod | { readonly problem: string } {
  const wanted = text.replace(/^\//, '').replace('/', '.');
  const methods = services.flatMap((service) => service.methods);
  const nameOf = (method: DescMethod): string => `${method.parent.typeName}.${method.name}`;
  const exact = methods.find((method) => nameOf(method) === wanted);
  const [found = exact, ...others] =
    exact === undefined ? methods.filter((method) => nameOf(method).endsWith(`.${wanted}`)) : [exact];
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined)
    return {
      problem: `${text} may be ${[found, ...others].map(nameOf).join(' or ')}: say more of its name.`,
    };
  const near = nearestName(wanted, [...methods.map(nameOf), ...methods.map(({ name }) => name)]);
  const hint = near === undefined ? '--list shows what there is.' : `Did you mean ${near}?`;
  return { problem: `There is no method ${JSON.stringify(text)}. ${hint}` };
}
