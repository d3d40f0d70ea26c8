import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { echoImage } from '../support/echo-gateway.js';
import { ecsProblems } from '../support/ecs.js';
import { type FakeElasticsearch, startElasticsearch } from '../support/elasticsearch.js';
import { startPropylon } from '../support/propylon.js';
import { findServerProgram } from '../support/server-program.js';

/** Programs that no one here wrote read what the gateway writes, and bring it to what they take for Elasticsearch. */

const rsyslog = findServerProgram('rsyslogd', 'rsyslog and rsyslog-elasticsearch');
/** No registry has it; where it is, it is run with the configuration that manifests/ has. */
const fluentBit = process.env['FLUENT_BIT'];
const fluentBitConfig = fileURLToPath(
  new URL('../../manifests/observability/fluent-bit.yaml', import.meta.url),
);

const folder = mkdtempSync(join(tmpdir(), 'propylon-shippers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a gateway has written from its start to its end, with a request that failed and texts that are hard to carry. */
let lines: string[] = [];
beforeAll(async () => {
  const image = join(folder, 'echo.binpb');
  writeFileSync(image, echoImage);
  const config = join(folder, 'propylon.yaml');
  writeFileSync(config, 'audit: {}\nlog: { access: { mode: all, path: true, headers: [user-agent] } }\n');
  const gateway = await startPropylon([
    '--descriptors',
    image,
    '--backend',
    '*=127.0.0.1:1',
    '--config',
    config,
  ]);
  for (const [path, agent] of [
    ['/v1/none/"quoted"\\%C3%A4', 'a "quoted" \\ agent, äöü'],
    ['/v1/echo?name=a', 'curl/8'],
    ['/v1/echo', ''],
  ])
    await fetch(`${gateway.url}${path}`, {
      headers: { 'user-agent': Buffer.from(agent ?? '').toString('latin1') },
    });
  await gateway.stop();
  lines = gateway.errors().trimEnd().split('\n');
});

describe('the lines of a gateway', () => {
  let store: FakeElasticsearch;
  let stop: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await stop?.();
    await store.close();
  });

  async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const exited = once(child, 'exit');
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += String(chunk);
      });
    stop = async () => {
      child.kill('SIGTERM');
      await exited;
      if (store.documents.length === 0) console.warn(output);
    };
  }

  const arrived = (count: number) =>
    expect.poll(() => store.documents.length, { timeout: 20_000, interval: 100 }).toBe(count);

  it.skipIf(rsyslog === undefined)(
    'are taken by rsyslog as they are, and end up in Elasticsearch',
    async () => {
      store = await startElasticsearch();
      const file = join(folder, 'propylon.log');
      writeFileSync(file, `${lines.join('\n')}\n`);
      const config = join(folder, 'rsyslog.conf');
      writeFileSync(
        config,
        `global(workDirectory="${folder}" maxMessageSize="64k")
module(load="imfile" mode="polling" pollingInterval="1")
module(load="mmjsonparse")
module(load="omelasticsearch")
template(name="document" type="list") { property(name="$!all-json-plain") }
input(type="imfile" file="${file}" tag="propylon" freshStartTail="off" addMetadata="off")
action(type="mmjsonparse" cookie="")
action(type="omelasticsearch" server="127.0.0.1" serverport="${store.port}" template="document" bulkmode="on"
       searchIndex="propylon" searchType="")
`,
      );
      await run(rsyslog ?? '', ['-n', '-f', config, '-i', join(folder, 'rsyslog.pid')]);
      await arrived(lines.length);
      expect(store.refused).toEqual([]);
      expect(store.documents.map(({ source }) => source)).toEqual(lines.map((line) => JSON.parse(line)));
    },
  );

  if (fluentBit !== undefined)
    it('are taken by Fluent Bit with the configuration of manifests/', async () => {
      store = await startElasticsearch();
      const name = 'propylon-7d9-x2_shop_propylon-0a1b.log';
      const time = '2026-01-01T00:00:00.000000001Z';
      const file = join(folder, name);
      // As containerd writes it: in pieces where a line is long, and the last words of V8 are no JSON.
      for (const line of lines) {
        const half = Math.ceil(line.length / 2);
        if (line.length < 700) appendFileSync(file, `${time} stderr F ${line}\n`);
        else
          appendFileSync(
            file,
            `${time} stderr P ${line.slice(0, half)}\n${time} stderr F ${line.slice(half)}\n`,
          );
      }
      appendFileSync(file, `${time} stdout F FATAL ERROR: JavaScript heap out of memory\n`);
      await run(fluentBit ?? '', ['-c', fluentBitConfig], {
        PROPYLON_LOGS: join(folder, 'propylon-*.log'),
        FLUENT_BIT_STATE: folder,
        ELASTICSEARCH_HOST: '127.0.0.1',
        ELASTICSEARCH_PORT: String(store.port),
        ELASTICSEARCH_TLS: 'off',
        ELASTICSEARCH_USER: 'propylon',
        ELASTICSEARCH_PASSWORD: 'secret',
      });
      await arrived(lines.length + 1);
      expect(store.refused).toEqual([]);
      const sources = store.documents.map(({ source }) => source);
      expect(new Set(store.documents.map(({ index }) => index))).toEqual(new Set(['logs-propylon-default']));
      expect(sources.flatMap(ecsProblems)).toEqual([]);
      lines.forEach((line, i) => {
        const { '@timestamp': sent, ...fields } = JSON.parse(line) as Record<string, unknown>;
        expect(sources[i]).toMatchObject({ ...fields, 'log.file.path': file, 'labels.stream': 'stderr' });
        expect(Date.parse(String(sources[i]?.['@timestamp']))).toBe(Date.parse(String(sent)));
      });
      expect(sources.at(-1)).toMatchObject({ message: 'FATAL ERROR: JavaScript heap out of memory' });
    });
});
