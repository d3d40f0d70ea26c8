import { type Command, InvalidArgumentError, Option } from 'commander';
import { addAddressFlags, type ListenFlags } from './listen.js';
import { addSourceFlags, type SourceFlags } from './source.js';

export interface MockFlags extends SourceFlags, ListenFlags {
  readonly seed: string;
  readonly open?: boolean;
}

/** Declares the flags of `mock`. */
export function addMockFlags(command: Command): Command {
  return addAddressFlags(addSourceFlags(command))
    .addOption(
      new Option('--seed <text>', 'another one makes other answers').default('propylon').argParser(seed),
    )
    .option('--open', 'ask nobody for credentials, and let everybody see and call everything')
    .addHelpText(
      'after',
      `
The gateway itself, with its validation, policies and errors; only what backends would say is made up, by the types, the
rules of buf.validate, google.api.resource and field_behavior, and the names and examples of fields. The same request
gets the same answer each time, on every machine. Backends are not called.

Clients steer it by header fields: x-mock-status: NOT_FOUND ends a call with that code, x-mock-delay: 250ms waits before
the answer.

Examples:
  propylon mock --proto ./proto
  propylon mock --descriptors image.binpb --port 3000 --seed monday
  propylon mock --proto ./proto --config propylon.yaml --open
  curl -H 'x-mock-status: UNAVAILABLE' http://127.0.0.1:8080/v1/products

Exit codes: 0 fine, 2 bad usage or configuration, 3 failed at run time.`,
    );
}

function seed(text: string): string {
  if (text === '' || text.length > 200)
    throw new InvalidArgumentError('A seed is a text of up to 200 characters.');
  return text;
}
