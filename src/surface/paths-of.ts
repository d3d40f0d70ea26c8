import { type Binding, fillTemplate, type PathTemplate } from '../httprule/index.js';

/** Name of a method → name of a resource → the path under which a GET of the method reads it. */
export function pathsOf(bindings: readonly Binding[]) {
  const byMethod = new Map<string, PathTemplate[]>();
  for (const { httpMethod, method, template } of bindings) {
    if (httpMethod !== 'GET') continue;
    const name = `${method.parent.typeName}.${method.name}`;
    const templates = byMethod.get(name);
    if (templates === undefined) byMethod.set(name, [template]);
    else templates.push(template);
  }
  return (name: string): ((resource: string) => string | undefined) | undefined => {
    const templates = byMethod.get(name);
    if (templates === undefined) return undefined;
    return (resource) => {
      for (const template of templates) {
        const path = fillTemplate(template, resource);
        if (path !== undefined) return path;
      }
      return undefined;
    };
  };
}
