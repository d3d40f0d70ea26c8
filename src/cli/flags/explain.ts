import { type Command, Option } from 'commander';
import { append } from './source.js';

/** The flags of `explain` alone. */
export interface ExplainFlags {
  readonly header?: string[];
  readonly data?: string;
  readonly from?: string;
  readonly send?: boolean;
  readonly admin?: string;
  readonly demo?: boolean;
  readonly json?: boolean;
}

/** Declares the flags of `explain` alone. */
export function addExplainFlags(command: Command): Command {
  return command
    .addOption(
      new Option('-H, --header <field>', "a header field, as 'name: value' (repeatable)").argParser(append),
    )
    .option('-d, --data <body>', 'the body; @file for that of a file, - for standard input')
    .option('--from <address>', 'address of the client (default 127.0.0.1)')
    .option('--send', 'make the request, and show what comes of it')
    .option('--admin <url>', 'ask a running gateway, by its admin listener, instead of one made for it here')
    .option('--demo', 'explain requests to the embedded demo shop')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Shows which route takes the request and why no other does, what path, query and body bind, every step of its policy and
who declared it, the gRPC call with its metadata and message, the endpoint, and the form of the answer. It is the
gateway's own line that runs, in rehearsal: nothing is sent, counted, stored or used up. Names are resolved, and keys of
token issuers fetched. Credentials are not shown.

Examples:
  propylon explain GET '/v1/products/p1?view=FULL' --demo
  propylon explain POST /v1/orders --demo -H 'x-api-key: …' -d '{"order": {"customer": "c1"}}'
  propylon explain PATCH /v1/products/p1 --proto ./proto -c propylon.yaml -d @patch.json
  propylon explain GET /v1/products/p1 --admin http://127.0.0.1:9090 -H 'authorization: Bearer …'
  propylon explain GET /v1/products/p1 --admin http://127.0.0.1:9090 --send --json

Exit codes: 0 it would be answered, 1 it would be refused, 2 bad usage or configuration, 3 failed, or not to be found out
without asking an identity provider.`,
    );
}
