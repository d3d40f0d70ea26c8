import { pino } from 'pino';
import type { Random, WallClock } from '../../clock.js';
import type { RequestEvent } from '../request-event.js';
import type { TracedRequest } from '../tracer.js';
import { accessFilter, askedFields, hasFailed } from './access.js';
import { accessWriter } from './access-line.js';
import { ecsVersion, errorFields, type Fields, requestFields } from './fields.js';
import { createLogLevels, type LogLevels } from './levels.js';
import type { LogOptions } from './options.js';
import { prettyLine } from './pretty.js';
import { createSink, type LineStream } from './sink.js';
import { lengthMax, plain, safeText } from './text.js';

/** What a log is made with. */
export interface LogHost {
  readonly clock: WallClock;
  readonly random: Random;
  readonly stream: LineStream;
  /** Whether that is a file. */
  readonly isFile?: boolean;
  /** Whether people read it, who get it pretty unless something else is configured. */
  readonly isTerminal: boolean;
  readonly colours: boolean;
  /** Of this process: workers write to one stream. */
  readonly pid: number;
  /** Version of the gateway. */
  readonly version: string;
}

/** The log of a process: what it says of itself, and a line per request as configured. Never throws, never waits. */
export interface Log {
  /** How lines are written. */
  readonly format: 'json' | 'pretty';
  readonly levels: LogLevels;
  /** Lines that were lost because whoever reads them is slow or gone. */
  readonly dropped: number;
  /** Tells of a request that has ended. */
  request(event: RequestEvent, asked: TracedRequest): void;
  info(text: string, fields?: Fields): void;
  warn(text: string, cause?: unknown, fields?: Fields): void;
  error(text: string, cause?: unknown): void;
  /** The last words of a process. */
  fatal(text: string, cause: unknown): void;
  /** Hands on, at once, what has been collected. */
  flush(): void;
  /** Hands on what is left; resolves within a second whatever the reader does. */
  close(): Promise<void>;
}

/** Opens the log on a stream. */
export function createLog(options: LogOptions, host: LogHost): Log {
  const { clock } = host;
  const access = options.access ?? {};
  const format = options.format === 'json' || options.format === 'pretty' ? options.format : autoFormat(host);
  const sink = createSink(
    host.stream,
    clock,
    (lost) =>
      app.warn(
        { 'labels.lost': String(lost) },
        `${lost} lines of the log were lost: its reader was too slow.`,
      ),
    host.isFile,
  );
  const write = (line: string): void => sink.write(format === 'json' ? line : prettyLine(line, host.colours));
  const base = {
    'ecs.version': ecsVersion,
    'service.name': 'propylon',
    'service.version': host.version,
    'process.pid': host.pid,
  };
  const timestamp = timestamps(clock);
  const root = pino(
    {
      level: options.level ?? 'info',
      base,
      messageKey: 'message',
      timestamp,
      formatters: { level: (label) => ({ 'log.level': label }) },
    },
    { write },
  );
  const app = root.child({ 'event.dataset': 'propylon.app' });
  // Whether a request gets a line is not a matter of levels.
  const ofAccess = {
    'event.dataset': 'propylon.access',
    'event.kind': 'event',
    'event.category': ['web'],
    'event.type': ['access'],
  };
  const requests = root.child(ofAccess, { level: 'debug' });
  const writeAccess = accessWriter();
  const sameForAll = JSON.stringify({ ...base, ...ofAccess }).slice(1, -1);
  const levels = createLogLevels(options.level ?? 'info', clock, (level) => {
    app.level = level;
  });
  const isWanted = accessFilter(access, host.random);
  const further = askedFields(access);
  const now = (tell: () => void): void => {
    tell();
    sink.flush();
  };
  return {
    format,
    levels,
    get dropped() {
      return sink.dropped;
    },
    request(event, asked) {
      const debug = app.level === 'debug';
      if (!isWanted(event, debug)) return;
      const failed = hasFailed(event);
      // Nearly all of them, and many: nothing is collected for these first.
      if (!failed && further === undefined && event.cause === undefined) {
        write(`{"log.level":"info"${timestamp()},${sameForAll}${writeAccess(event)}}\n`);
        return;
      }
      const message = `${event.httpMethod} ${event.route ?? '(no route)'} ${event.httpStatus}`;
      const fields: Record<string, Fields[string]> = {
        'event.outcome': failed || event.httpStatus >= 400 ? 'failure' : 'success',
        ...requestFields(event),
      };
      if (further !== undefined) Object.assign(fields, further(asked));
      if (event.cause !== undefined) Object.assign(fields, errorFields(event.cause));
      // Of a method and a template nothing is a credential.
      if (failed) requests.error(fields, plain(message, lengthMax.message));
      else requests.info(fields, plain(message, lengthMax.message));
    },
    info: (text, fields = {}) => now(() => app.info(fields, safeText(text, lengthMax.message))),
    warn: (text, cause, fields = {}) =>
      now(() => app.warn({ ...fields, ...errorFields(cause) }, safeText(text, lengthMax.message))),
    error: (text, cause) => now(() => app.error(errorFields(cause), safeText(text, lengthMax.message))),
    fatal: (text, cause) => now(() => app.fatal(errorFields(cause), safeText(text, lengthMax.message))),
    flush: () => sink.flush(),
    close: () => sink.close(),
  };
}

/** Lines come in bunches, and a date costs more than the rest of a short one. */
function timestamps(clock: WallClock): () => string {
  let at = Number.NaN;
  let text = '';
  return () => {
    const now = clock.wall();
    if (now !== at) {
      at = now;
      text = `,"@timestamp":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}

function autoFormat({ isTerminal }: LogHost): 'json' | 'pretty' {
  return isTerminal ? 'pretty' : 'json';
}
