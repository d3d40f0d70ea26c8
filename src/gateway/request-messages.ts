import { singleField } from '../headers.js';
import { readBody } from './body.js';
import type { BodyReader } from './body-reader.js';
import { noBytes } from './bytes.js';
import { DelimitedSplitter } from './framing/delimited-splitter.js';
import { JsonSplitter } from './framing/json-splitter.js';
import { inspected, inspectedNone } from './gate.js';
import { Gather } from './gather.js';
import type { Run } from './run.js';
import { streamedMessages } from './stream-content-type.js';

/**
 * The request body as protobuf messages, each read and bound when it is asked for. Path and query
 * go into the first. A body of JSON or protobuf without any message makes none, unless path or
 * query say something: what they name must reach the backend, or a stream without messages would
 * be another request than its URL. A body of bytes (HttpBody), or a method that takes no body,
 * makes at least one.
 *
 * Throws what the splitter, the binder and the gate throw.
 */
export async function* requestMessages(run: Run, reader: BodyReader): AsyncGenerator<Uint8Array, void> {
  const { exchange, match, query } = run;
  const { request, gate } = match.route;
  const isGuarded = gate.inspect.length > 0;
  const contentType = singleField(exchange.headers, 'content-type');
  const stream = request.body === 'json' ? streamedMessages(contentType) : undefined;
  const pieceType = stream === undefined ? contentType : stream.contentType;
  let isFirst = true;
  for await (const piece of pieces(run, reader, stream?.delimited === true)) {
    const bound = isFirst
      ? request.bind(match.captures, query, piece, pieceType)
      : request.bindNext(piece, pieceType);
    yield isGuarded ? await inspected(run, bound, isFirst) : bound;
    isFirst = false;
  }
  if (!isFirst) return;
  if (match.captures.length > 0 || query.parameters.length > 0)
    yield await inspected(run, request.bind(match.captures, query, noBytes, pieceType));
  else await inspectedNone(run);
}

function pieces(run: Run, reader: BodyReader, delimited: boolean): AsyncIterable<Uint8Array> {
  switch (run.match.route.request.body) {
    case 'json':
      return splitPieces(
        reader,
        delimited ? new DelimitedSplitter(run.limits) : new JsonSplitter(run.limits),
      );
    case 'raw':
      return equalPieces(reader, run.limits.httpBodyChunkBytes);
    case 'none':
      return wholeBody(run);
  }
}

async function* splitPieces(
  reader: BodyReader,
  splitter: JsonSplitter | DelimitedSplitter,
): AsyncGenerator<Uint8Array> {
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
    yield* splitter.push(chunk);
  }
  yield* splitter.end();
}

/** Pieces of `bytesPerPiece`, the last one shorter; one empty piece for an empty body. */
async function* equalPieces(reader: BodyReader, bytesPerPiece: number): AsyncGenerator<Uint8Array> {
  const piece = new Gather();
  let isEmpty = true;
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
    let at = 0;
    for (let end = bytesPerPiece - piece.length; end <= chunk.length; end += bytesPerPiece) {
      isEmpty = false;
      yield piece.take(chunk.subarray(at, end));
      at = end;
    }
    piece.add(chunk.subarray(at));
  }
  if (isEmpty || piece.length > 0) yield piece.take();
}

async function* wholeBody({ exchange, limits, clock, traffic }: Run): AsyncGenerator<Uint8Array> {
  const body = await readBody(exchange, limits, clock);
  traffic.requestBytes = body.length;
  yield body;
}
