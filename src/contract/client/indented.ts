/** Source text with two spaces for each bracket that is open: what is written together needs no care for depth. */
export function indented(text: string): string {
  let depth = 0;
  return text
    .split('\n')
    .map((line) => {
      // Comments and texts close nothing.
      const isComment = /^\s*(\/\*\*|\*)/.test(line);
      const isClosing = !isComment && /^[})\]]/.test(line);
      if (isClosing) depth -= 1;
      const made = line === '' ? '' : `${'  '.repeat(depth)}${line}`;
      if (!isComment && /[{([]$/.test(line)) depth += 1;
      return made;
    })
    .join('\n');
}
