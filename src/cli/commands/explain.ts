import { readFileSync } from 'node:fs';
import type { Explanation } from '../../gateway/index.js';
import { createGateway, type ExplainArguments, gatewayOptionsOf } from '../../server/index.js';
import { startDemoShop, withDemo } from '../demo-shop.js';
import { exitCode } from '../exit-code.js';
import { coloured, explainedText, plain } from '../explained.js';
import type { ExplainFlags } from '../flags/explain.js';
import type { SourceFlags } from '../flags/source.js';
import { settingsOf } from '../settings.js';
import { printDiagnostics } from '../terminal.js';

/** `propylon explain`: what would happen to a request, by the gateway that runs, or by one made here for it. */
export async function explain(
  method: string,
  url: string,
  flags: ExplainFlags & SourceFlags,
): Promise<number> {
  const asked = questionOf(method, url, flags);
  if (typeof asked === 'string') return refused(asked);
  const said = flags.admin === undefined ? await askHere(asked, flags) : await askThere(asked, flags.admin);
  if (typeof said === 'string') return refused(said);
  if ('failure' in said) {
    process.stderr.write(`${said.failure}\n`);
    return exitCode.failed;
  }
  const paint = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined ? coloured : plain;
  process.stdout.write(
    flags.json === true ? `${JSON.stringify(said, undefined, 2)}\n` : explainedText(said, paint),
  );
  return { answered: exitCode.fine, refused: exitCode.findings, undecided: exitCode.failed }[said.verdict];
}

function refused(problem: string): number {
  process.stderr.write(`${problem}\n`);
  return exitCode.usage;
}

/** What the flags ask, or what is wrong with them. */
function questionOf(
  method: string,
  url: string,
  { header = [], data, from, send }: ExplainFlags,
): ExplainArguments | string {
  const headers: (readonly [string, string])[] = [];
  for (const text of header) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined)
      return `A header field is written as 'name: value', not "${text}".`;
    headers.push([name, value]);
  }
  const body = bodyOf(data);
  return typeof body === 'string'
    ? body
    : { method, url, headers, body: body.toString('base64'), from, send };
}

/** "{…}", "@file", or "-" for standard input. */
function bodyOf(data: string | undefined): Buffer | string {
  if (data !== '-' && data?.startsWith('@') !== true) return Buffer.from(data ?? '');
  try {
    return readFileSync(data === '-' ? 0 : data.slice(1));
  } catch (error) {
    return `The body cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function askHere(
  asked: ExplainArguments,
  flags: ExplainFlags & SourceFlags,
): Promise<Explanation | string> {
  const given = gatewayOptionsOf(settingsOf(flags));
  if (flags.demo !== true && (given.sources?.length ?? 0) + (given.reflect?.length ?? 0) === 0) {
    return 'There is nothing to explain: name a source with --descriptors, --proto, --reflect or --config, ask a running gateway with --admin http://127.0.0.1:9090, or try --demo.';
  }
  const demo = flags.demo === true ? await startDemoShop() : undefined;
  try {
    // Who asks is no client: nothing of it belongs into an audit file.
    const options = demo === undefined ? given : (await withDemo(demo.facts))(given);
    const gateway = await createGateway({ ...options, audit: undefined });
    try {
      if (flags.verbose === true) printDiagnostics(gateway.diagnostics, true);
      return await gateway.explain(asked);
    } finally {
      await gateway.close();
    }
  } finally {
    await demo?.close();
  }
}

async function askThere(
  { method, url, headers, body, from, send }: ExplainArguments,
  admin: string,
): Promise<Explanation | string | { readonly failure: string }> {
  if (!/^https?:\/\//.test(admin) || !URL.canParse(admin))
    return '--admin is a URL, such as http://127.0.0.1:9090.';
  try {
    const response = await fetch(new URL('/explain', admin), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ method, url, headers, bodyBase64: body, from, send }),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Explanation;
    return { failure: `The gateway does not answer the question (${response.status}): ${text.trim()}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { failure: `${admin} cannot be asked: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}
