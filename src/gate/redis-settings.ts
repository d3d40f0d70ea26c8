import type { RedisOptions as IoredisOptions } from 'ioredis';
import type { Diagnostic } from '../diagnostic/index.js';
import { readRegularFileSync, unreadableReason } from '../regular-file.js';
import type { RedisOptions } from './redis-options.js';

export type ClientSettings = IoredisOptions & { readonly replyMapping: 'legacy' };

/** TCP, TLS and the first words, each. */
const handshakeTimeoutMs = 2_000;

/**
 * How the client connects, and goes on connecting; `retryStrategy` is the pause after a number of failures in a row.
 * What cannot be read, a password or a certificate, is reported.
 */
export function clientSettings(
  options: RedisOptions,
  retryStrategy: (failures: number) => number,
  report: (diagnostic: Diagnostic) => void,
): ClientSettings {
  const contents = (file: string): string => contentsOf(file, report);
  const { url, sentinels, username, tls } = options;
  const at = url === undefined ? undefined : new URL(url);
  const password = passwordOf(options, report) ?? decoded(at?.password);
  const user = username ?? decoded(at?.username);
  const isTls = tls !== undefined || at?.protocol === 'rediss:';
  return {
    ...(at !== undefined && {
      host: at.hostname.replace(/^\[|\]$/g, ''),
      port: at.port === '' ? 6379 : Number(at.port),
      db: Number(at.pathname.slice(1)) || 0,
    }),
    ...(sentinels !== undefined && {
      name: sentinels.master,
      sentinels: sentinels.nodes.map((node) => ({
        host: node.slice(0, node.lastIndexOf(':')),
        port: Number(node.slice(node.lastIndexOf(':') + 1)),
      })),
    }),
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(isTls && {
      tls: {
        ...(tls?.ca !== undefined && { ca: contents(tls.ca) }),
        ...(tls?.cert !== undefined && { cert: contents(tls.cert) }),
        ...(tls?.key !== undefined && { key: contents(tls.key) }),
        ...(tls?.serverName !== undefined && { servername: tls.serverName }),
      },
    }),
    replyMapping: 'legacy',
    connectionName: 'propylon',
    lazyConnect: true,
    connectTimeout: handshakeTimeoutMs,
    commandTimeout: handshakeTimeoutMs,
    // A peer that does not answer does not say goodbye either.
    disconnectTimeout: 1,
    // What was not answered is over: it is never sent again, and nothing waits for a connection.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy,
    // A master that was made a replica.
    reconnectOnError: (error) => isReplyError(error, 'READONLY'),
  };
}

function passwordOf(
  { passwordEnv, passwordFile }: RedisOptions,
  report: (diagnostic: Diagnostic) => void,
): string | undefined {
  if (passwordFile !== undefined) return contentsOf(passwordFile, report).trim();
  if (passwordEnv === undefined) return undefined;
  const password = process.env[passwordEnv];
  if (password === undefined) report(unreadable(`the environment variable ${passwordEnv} is not set`));
  return password;
}

function contentsOf(file: string, report: (diagnostic: Diagnostic) => void): string {
  try {
    return readRegularFileSync(file).toString();
  } catch (error) {
    report(unreadable(`${file} cannot be read (${unreadableReason(error)})`));
    return '';
  }
}

function unreadable(problem: string): Diagnostic {
  const text = `The connection to Redis cannot be made: ${problem}.`;
  return { severity: 'error', code: 'CONFIG_INVALID', text, locations: [], hint: 'Is the name right?' };
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : decodeURIComponent(text);
}

/** Whether Redis has answered with an error, of a kind: NOSCRIPT. */
export function isReplyError(error: unknown, kind = ''): boolean {
  return error instanceof Error && error.name === 'ReplyError' && error.message.startsWith(kind);
}
