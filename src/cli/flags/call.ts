import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDurationMs } from '../../duration.js';
import { addSourceFlags, append, type SourceFlags } from './source.js';

export interface CallFlags extends SourceFlags {
  readonly list?: string | true;
  readonly describe?: string;
  readonly header?: string[];
  readonly headers?: boolean;
  readonly timeout?: number;
  readonly pretty?: boolean;
  readonly demo?: boolean;
  readonly tls?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
}

/** Declares the flags of `call`. */
export function addCallFlags(command: Command): Command {
  return addSourceFlags(command)
    .option('--list [service]', 'list the services, or the methods of one, instead')
    .option('--describe <name>', 'print a service, method, message or enum as it is declared, instead')
    .addOption(
      new Option(
        '-H, --header <field>',
        "metadata, as 'name: value'; base64 where the name ends in -bin (repeatable)",
      ).argParser(append),
    )
    .option('--headers', 'print metadata and trailers of the answer too, on standard error')
    .addOption(
      new Option('--timeout <duration>', 'the longest the call may take, such as 5s').argParser(duration),
    )
    .option('--pretty', 'print messages over several lines (default: of methods that answer once)')
    .option('--no-pretty', 'print each message on one line (default: of streams)')
    .option('--demo', 'call the embedded demo shop')
    .option('--tls', 'connect with TLS; the four below say so too')
    .option('--ca <file>', "who may have signed the server's certificate, PEM")
    .option('--cert <file>', 'the certificate to show, PEM')
    .option('--key <file>', 'its key, PEM')
    .option('--server-name <name>', "the name in the server's certificate")
    .addHelpText(
      'after',
      `
METHOD is pkg.Service/Method, pkg.Service.Method, or so much of its end that only one has it. DATA is the request in JSON,
@file for that of a file, - for standard input; {} where there is none. For methods that take a stream, DATA has any number
of JSON values, which are sent as they come. A --backend without a selector is everybody's.

Examples:
  propylon call GetProduct '{"name": "products/p1"}' --demo
  propylon call --reflect localhost:50051 --list
  propylon call --reflect localhost:50051 --describe shop.catalog.v1.Product
  propylon call shop.catalog.v1.CatalogService/GetProduct '{"name": "products/p1"}' --proto ./proto --backend localhost:50051
  propylon call WatchOrders --reflect localhost:50051 -H 'authorization: Bearer …' --timeout 30s
  tail -f orders.ndjson | propylon call ImportProducts - --reflect localhost:50051

Exit codes: 0 the call ended with OK, 1 with another status, 2 bad usage, configuration or JSON, 3 it could not be made,
130 Ctrl-C cancelled it.`,
    );
}

function duration(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('A duration is written as 5s, 250ms or 2m.');
  return ms;
}
