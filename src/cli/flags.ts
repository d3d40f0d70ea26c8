import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Settings } from '../config/index.js';
import { readSettings } from '../server/index.js';
import { type LogLevel, logLevels } from '../telemetry/index.js';

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

/** The flags of `serve` alone. */
export interface ListenFlags {
  readonly codecs?: string;
  readonly host?: string;
  readonly port?: number;
  readonly adminHost?: string;
  readonly adminPort?: number;
  readonly logLevel?: LogLevel;
  readonly accessLog?: boolean;
  readonly watch?: boolean;
  readonly workers?: number | 'auto';
}

/** Of an option that may be repeated. */
export const append = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value];

function port(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return number;
}

function workers(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (!/^[1-9]\d{0,2}$/.test(text))
    throw new InvalidArgumentError('Workers are a number from 1 on, or auto.');
  return Number(text);
}

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

/** Declares the flags of `serve` alone. */
export function addListenFlags(command: Command): Command {
  return addAddressFlags(command)
    .option('--codecs <module>', 'functions that `propylon codec --out` wrote, run instead of compiling them')
    .addOption(
      new Option(
        '--workers <number|auto>',
        'processes that serve, auto: one per processor (default: this one alone)',
      ).argParser(workers),
    );
}

/** Declares the flags of whatever listens. */
export function addAddressFlags(command: Command): Command {
  return command
    .option('--host <address>', 'address to listen on (default 0.0.0.0)')
    .addOption(
      new Option('--port <number>', 'port for clients, 0 for a free one (default 8080)').argParser(port),
    )
    .option('--admin-host <address>', 'address of the admin listener (default 127.0.0.1)')
    .addOption(
      new Option(
        '--admin-port <number>',
        'port of the admin listener, 0 for a free one (default 9090)',
      ).argParser(port),
    )
    .option('--no-watch', 'load anew on SIGHUP only, not when something has changed')
    .addOption(
      new Option('--log-level <level>', 'the least that is logged (default info)').choices(logLevels),
    )
    .option('--access-log', 'log every request');
}

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

/** File, environment and flags as one. Throws DiagnosticsError when file or environment are wrong. */
export function settingsOf(flags: SourceFlags & ListenFlags): Settings {
  return readSettings(flags.config, process.env, {
    descriptors: flags.descriptors,
    protos: flags.proto,
    reflect: flags.reflect,
    rules: flags.rules,
    backends: flags.backend,
    strict: flags.strict,
    codecs: flags.codecs,
    host: flags.host,
    port: flags.port,
    adminHost: flags.adminHost,
    adminPort: flags.adminPort,
    logLevel: flags.logLevel,
    accessLog: flags.accessLog,
    workers: flags.workers,
  });
}
