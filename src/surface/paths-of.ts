import { type Binding, fillTemplate } from '../httprule/index.js';

/** Name of a method → name of a resource → the path under which a GET of the method reads it. */
export function pathsOf(bindings: readonly Binding[]) {
  return (name: string): ((resource: string) => string | undefined) | undefined => {
    const templates = bindings
      .filter(
        ({ httpMethod, method }) =>
          httpMethod === 'GET' && `${method.parent.typeName}.${method.name}` === name,
      )
      .map(({ template }) => template);
    if (templates.length === 0) return undefined;
    return (resource) => {
      for (const template of templates) {
        const path = fillTemplate(template, resource);
        if (path !== undefined) return path;
      }
      return undefined;
    };
  };
}
