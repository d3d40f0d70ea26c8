import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDurationMs } from '../../duration.js';
import { comparedHeaders, replayDefaults } from '../../replay-defaults.js';
import { gatewayUrl } from './record.js';
import { append } from './source.js';

export interface ReplayFlags {
  readonly against: URL;
  readonly baseline?: URL[];
  readonly header?: (readonly [string, string])[];
  readonly query?: (readonly [string, string])[];
  readonly methods: ReadonlySet<string> | 'all';
  readonly headers?: string[];
  readonly ignore?: string[];
  readonly rate: number;
  readonly concurrency: number;
  readonly timeout: number;
  readonly json?: boolean;
}

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/** Declares the flags of `replay`. */
export function addReplayFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--against <url>', 'the gateway to try').argParser(gatewayUrl).makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--baseline <url>',
        'ask this one too, and compare with its answers instead of the recorded ones; a second one shows what differs by itself',
      ).argParser((text, list: URL[] | undefined) => [...(list ?? []), gatewayUrl(text)]),
    )
    .addOption(
      new Option(
        '-H, --header <field>',
        "a header field of every request, as 'name: value' (repeatable)",
      ).argParser((text, list: [string, string][] | undefined) => [...(list ?? []), headerField(text)]),
    )
    .addOption(
      new Option(
        '--query <name=value>',
        'a query parameter in the place of a redacted one (repeatable)',
      ).argParser((text, list: [string, string][] | undefined) => [...(list ?? []), parameter(text)]),
    )
    .addOption(
      new Option('--methods <list>', 'HTTP methods that are sent: GET,POST, or all')
        .argParser(methods)
        .default(new Set(safeMethods), safeMethods.join(',')),
    )
    .addOption(
      new Option(
        '--headers <list>',
        `header fields of answers that are compared (default ${comparedHeaders.join(',')})`,
      ).argParser((text) =>
        text
          .toLowerCase()
          .split(',')
          .map((name) => name.trim()),
      ),
    )
    .addOption(
      new Option(
        '--ignore <what>',
        'a class of differences, or a field: $.items[].etag, $..etag (repeatable)',
      ).argParser(append),
    )
    .addOption(
      new Option('--rate <number>', 'requests in a second').argParser(positive).default(replayDefaults.rate),
    )
    .addOption(
      new Option('--concurrency <number>', 'requests at once; 1 keeps their order')
        .argParser(positive)
        .default(replayDefaults.concurrency),
    )
    .addOption(
      new Option('--timeout <duration>', 'for a whole answer')
        .argParser(duration)
        .default(replayDefaults.answerTimeoutMs, '30s'),
    )
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Sends what propylon record has written down to another gateway, and says in what its answers differ, by classes with a
known cause. JSON is compared by value, streams message by message. What was redacted matches anything; requests with a
redacted URL or body are not sent. Recordings have no credentials: -H and --query give them.
--methods POST changes things at the gateway that is tried, and at each baseline.

Examples:
  propylon replay traffic.ndjson --against http://new-gateway:8080
  propylon replay traffic.ndjson --against http://new:8080 -H 'authorization: Bearer …' --ignore defaults --ignore '$..updateTime'
  propylon replay traffic.ndjson --against http://new:8080 --baseline http://old-1:8080 --baseline http://old-2:8080

Exit codes: 0 all the same, 1 differences, 2 bad usage or recording, 3 a gateway cannot be reached.`,
    );
}

function headerField(text: string): [string, string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError("A header field is written as 'name: value'.");
  return [name.toLowerCase(), value];
}

function parameter(text: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('A query parameter is written as name=value.');
  return [name, value];
}

function methods(text: string): ReadonlySet<string> | 'all' {
  if (text === 'all') return text;
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => !/^[A-Z-]+$/.test(name)))
    throw new InvalidArgumentError('HTTP methods are written as GET,POST, or all.');
  return new Set(names);
}

function positive(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number > 0) || number > 100_000)
    throw new InvalidArgumentError('It is a number above 0.');
  return number;
}

function duration(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('A duration is written as 500ms, 30s or 2m.');
  return ms;
}
