import { type Command, Option } from 'commander';
import { append } from './source.js';

export interface KeyFlags {
  readonly subject: string;
  readonly scope?: readonly string[];
  readonly label?: readonly string[];
  readonly audience?: 'public' | 'partner' | 'internal';
  readonly expires?: string;
}

/** Declares the flags of `key new`. */
export function addKeyFlags(command: Command): Command {
  return command
    .requiredOption('--subject <name>', 'whose key it is')
    .addOption(new Option('--scope <scope>', 'what it may be used for (repeatable)').argParser(append))
    .addOption(new Option('--label <name=value>', 'what rules may know of it (repeatable)').argParser(append))
    .addOption(
      new Option(
        '--audience <audience>',
        'what it is to `visibility` (default: as its provider says)',
      ).choices(['public', 'partner', 'internal']),
    )
    .option('--expires <date>', 'a date, or a date and time with its zone: 2027-01-31, 2027-01-31T12:00:00Z');
}
