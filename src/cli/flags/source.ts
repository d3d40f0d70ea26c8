import { type Command, Option } from 'commander';

/** The flags that `serve` and `routes` share. */
export interface SourceFlags {
  readonly config?: string;
  readonly descriptors?: string[];
  readonly proto?: string[];
  readonly reflect?: string[];
  readonly backend?: string[];
  readonly rules?: string[];
  readonly strict?: boolean;
  readonly verbose?: boolean;
}

/** Of an option that may be repeated. */
export const append = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value];

/** Declares the shared flags on a command. */
export function addSourceFlags(command: Command): Command {
  return command
    .option('-c, --config <file>', 'propylon.yaml; flags win over it')
    .addOption(
      new Option('--descriptors <image>', 'descriptor image from `buf build` (repeatable)').argParser(append),
    )
    .addOption(
      new Option('--proto <dir>', 'directory of .proto files, an import root (repeatable)').argParser(append),
    )
    .addOption(
      new Option(
        '--reflect <host:port>',
        'ask a running server; it also serves what it lists (repeatable)',
      ).argParser(append),
    )
    .addOption(
      new Option(
        '--backend <selector=target>',
        'where calls go, such as pkg.Service=host:port or *=dns:///name:port (repeatable)',
      ).argParser(append),
    )
    .addOption(
      new Option(
        '--rules <file>',
        'HTTP rules in google.api.Service form; they replace annotations (repeatable)',
      ).argParser(append),
    )
    .option('--strict', 'refuse to start when two bindings are equal')
    .option('-v, --verbose', 'print notes too, such as overlapping templates');
}
