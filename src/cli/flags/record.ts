import { type Command, InvalidArgumentError, Option } from 'commander';
import { replayDefaults } from '../../replay-defaults.js';
import { append } from './source.js';

export interface RecordFlags {
  readonly to: URL;
  readonly listen: { readonly host: string; readonly port: number };
  readonly out: string;
  readonly include?: string[];
  readonly exclude?: string[];
  readonly sample: number;
  readonly maxBytes: number;
  readonly limit: number;
  readonly redact?: string[];
  readonly descriptors?: string[];
  readonly proto?: string[];
}

/** Declares the flags of `record`. */
export function addRecordFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--to <url>', 'the gateway, as http://old-gateway:8080')
        .argParser(gatewayUrl)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--listen <host:port>', 'where clients come in; port 0 for a free one')
        .argParser(hostAndPort)
        .default({ host: '127.0.0.1', port: 8081 }, '127.0.0.1:8081'),
    )
    .requiredOption('-o, --out <file>', 'the recording; a new file')
    .addOption(new Option('--include <pattern>', "only these: 'GET /v1/*' (repeatable)").argParser(append))
    .addOption(new Option('--exclude <pattern>', 'not these (repeatable)').argParser(append))
    .addOption(new Option('--sample <share>', 'the share of them, from 0 to 1').argParser(share).default(1))
    .addOption(
      new Option('--max-bytes <size>', 'of each body, as much as is kept')
        .argParser(size)
        .default(replayDefaults.bodyBytesMax, '64KiB'),
    )
    .addOption(
      new Option('--limit <size>', 'of the file; traffic then passes unrecorded')
        .argParser(size)
        .default(replayDefaults.recordingBytesMax, '1GiB'),
    )
    .addOption(
      new Option(
        '--redact <name>',
        'a header field, parameter or JSON field that is a secret besides, a path as customer.email, or the segment of a URL before one (repeatable)',
      ).argParser(append),
    )
    .addOption(
      new Option('--descriptors <image>', 'redact what is marked debug_redact there (repeatable)').argParser(
        append,
      ),
    )
    .addOption(
      new Option('--proto <dir>', 'redact what is marked debug_redact there (repeatable)').argParser(append),
    )
    .addHelpText(
      'after',
      `
A reverse proxy in front of any HTTP gateway that writes down what passes, for propylon replay. Credentials are replaced
before anything is written: header fields, query parameters and JSON fields that are named like some, and whatever of them
turns up elsewhere in the same exchange. Bodies in protobuf and multipart are left out. WebSockets pass unrecorded.
Ctrl-C ends it; what is under way may finish.

Examples:
  propylon record --to http://old-gateway:8080 --out traffic.ndjson
  propylon record --to http://old-gateway:8080 --out traffic.ndjson --include 'GET /v1/*' --sample 0.1 --redact customer.email

Exit codes: 0 fine, 2 bad usage, 3 the port or the file cannot be had.`,
    );
}

/** "http://old-gateway:8080" */
export function gatewayUrl(text: string): URL {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('A gateway is a URL, such as http://old-gateway:8080.');
  return new URL(text);
}

function hostAndPort(text: string): { host: string; port: number } {
  const [, host = '', port = ''] =
    /^(?:\[([\da-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(text)?.filter(Boolean) ?? [];
  if (host === '' || Number(port) > 65_535)
    throw new InvalidArgumentError('An address is host:port, such as 127.0.0.1:8081.');
  return { host, port: Number(port) };
}

function share(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError('A share is a number from 0 to 1.');
  return number;
}

function size(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,12})(KiB|MiB|GiB)?$/.exec(text) ?? [];
  const factor = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit];
  if (digits === undefined || factor === undefined)
    throw new InvalidArgumentError('A size is a number of bytes, or one of KiB, MiB or GiB: 64KiB.');
  return Number(digits) * factor;
}
