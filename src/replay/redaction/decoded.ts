/** Nobody escapes an escape more often, but to hide something. */
export const layersMax = 4;

/** A text without its percent escapes; those that are no UTF-8 as they stand. */
export function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/** The same of a name, however often it was escaped. */
export function decodedName(name: string): string {
  let [text, before] = [name, ''];
  for (let layer = 0; layer <= layersMax && text !== before; layer++) [text, before] = [decoded(text), text];
  return text;
}
