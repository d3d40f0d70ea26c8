import { type Command, Option } from 'commander';
import { append } from './source.js';

/** The flags of `openapi` alone. */
export interface OpenApiFlags {
  readonly out?: string;
  readonly format?: 'json' | 'yaml' | 'markdown' | 'postman' | 'llms';
  readonly demo?: boolean;
  readonly version?: '3.0' | '3.1';
  readonly audience?: 'public' | 'partner' | 'internal';
  readonly title?: string;
  readonly server?: string[];
}

/** Declares the flags of `openapi` alone. */
export function addOpenApiFlags(command: Command): Command {
  return command
    .option('-o, --out <file>', 'where to write it (default: standard output)')
    .addOption(
      new Option(
        '--format <format>',
        'OpenAPI as json or yaml, or what is made of it (default: yaml where the file says so, else json)',
      ).choices(['json', 'yaml', 'markdown', 'postman', 'llms']),
    )
    .option('--demo', 'of the embedded demo shop')
    .addOption(new Option('--version <version>', 'of OpenAPI').choices(['3.0', '3.1']).default('3.1'))
    .addOption(
      new Option('--audience <audience>', 'whose methods are in it (visibility of policies)')
        .choices(['public', 'partner', 'internal'])
        .default('public'),
    )
    .option('--title <title>', 'default: the package, or API')
    .addOption(new Option('--server <url>', 'where the API is served (repeatable)').argParser(append))
    .addHelpText(
      'after',
      `
Formats: json and yaml are the OpenAPI document; markdown is a reference to read, postman a collection (2.1) that Postman
and Bruno import, llms an llms.txt whose links go to the Markdown reference, reference.md beside it.

Examples:
  propylon openapi --proto ./proto --out openapi.yaml
  propylon openapi --proto ./proto --format markdown --server https://api.example.com --out reference.md
  propylon openapi --demo --format postman --out shop.postman.json

Exit codes: 0 fine, 2 bad usage or configuration, 3 failed at run time.`,
    );
}
