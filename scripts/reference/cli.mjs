import { program } from '../../dist/src/cli/program.js';

/** Help of a command as it is printed, and of all below it. */
function sections(command, path) {
  let help = '';
  command.configureOutput({
    writeOut: (text) => (help += text),
    getOutHelpWidth: () => 110,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  const children = command.commands.filter((child) => child.name() !== 'help');
  const own =
    children.length > 0 && path.length > 1
      ? []
      : [`## ${path.join(' ')}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`];
  return [...own, ...children.flatMap((child) => sections(child, [...path, child.name()]))];
}

/** docs/reference/cli.md */
export function cliPage() {
  return `# Commands

What \`propylon --help\` and \`propylon COMMAND --help\` print. Written by \`npm run build\` out of \`src/cli/program.ts\`.

${sections(
  program(() => undefined),
  ['propylon'],
).join('\n')}`;
}
