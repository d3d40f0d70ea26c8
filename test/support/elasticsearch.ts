import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** What a log shipper takes for Elasticsearch: it accepts documents, as far as that would. */
export interface FakeElasticsearch {
  readonly port: number;
  /** Documents so far, with the index that each was for. */
  readonly documents: readonly {
    readonly index: string;
    readonly source: Readonly<Record<string, unknown>>;
  }[];
  /** What a real one would have refused. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

/** Answers `_bulk` on a free port of loopback. */
export async function startElasticsearch(): Promise<FakeElasticsearch> {
  const documents: { index: string; source: Record<string, unknown> }[] = [];
  const refused: string[] = [];
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-elastic-product', 'Elasticsearch');
    if (request.url?.includes('/_bulk') !== true) {
      response.end(JSON.stringify({ version: { number: '8.17.0' }, status: 'green' }));
      return;
    }
    const lines = (await bodyOf(request)).split('\n').filter((line) => line !== '');
    const items: object[] = [];
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const [[operation = '', target] = []] = Object.entries(
        JSON.parse(lines[i] ?? '') as Record<string, unknown>,
      );
      const index = String((target as { _index?: unknown })._index ?? request.url);
      const problem = problemOf(operation, index, lines[i + 1] ?? '');
      if (problem === undefined) documents.push({ index, source: JSON.parse(lines[i + 1] ?? '') });
      else refused.push(`${problem}: ${lines[i + 1]}`);
      items.push({ [operation]: { _index: index, status: problem === undefined ? 201 : 400 } });
    }
    response.end(JSON.stringify({ took: 1, errors: refused.length > 0, items }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    documents,
    refused,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}

/** A data stream takes `create` only; no document may have a name twice, nor one that is a value and an object. */
function problemOf(operation: string, index: string, text: string): string | undefined {
  if (operation !== 'create' && index.startsWith('logs-')) return `${operation} is not for data streams`;
  const names = [...text.matchAll(/[{,]"((?:[^"\\]|\\.)*)":/g)].map(([, name = '']) => name);
  const document = JSON.parse(text) as Record<string, unknown>;
  if (typeof document['@timestamp'] !== 'string') return 'no @timestamp';
  const twice = Object.keys(document).find((name) => names.filter((one) => one === name).length > 1);
  if (twice !== undefined) return `${twice} is there twice`;
  const both = Object.keys(document).find((name) =>
    Object.keys(document).some((other) => other.startsWith(`${name}.`)),
  );
  return both === undefined ? undefined : `${both} is a value and an object`;
}
