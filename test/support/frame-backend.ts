import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { block, frame, settings, settingsAck, words } from './frames.js';

/** Writes the frames of one call; what is queued leaves in one packet with `flush`. */
export interface FrameWriter {
  headers(fields: Readonly<Record<string, string>>, flags?: { readonly endStream: boolean }): FrameWriter;
  /** One gRPC message, uncompressed unless `compressed`. */
  message(text: string, flags?: { readonly compressed: boolean }): FrameWriter;
  data(bytes: Uint8Array, flags?: { readonly endStream: boolean }): FrameWriter;
  reset(errorCode: number): FrameWriter;
  flush(): void;
  /** Cuts the connection. */
  destroy(): void;
}

/** A backend under the test's control down to the frame (RFC 9113), for what no library would send. */
export interface FrameBackend {
  readonly port: number;
  /** Streams that clients have opened so far, and those of them that they have reset. */
  readonly streams: { readonly opened: number; readonly reset: number };
  close(): Promise<void>;
}

/** Starts one on a free port; `onCall` runs once for each HEADERS frame that opens a stream. */
export async function startFrameBackend(onCall: (writer: FrameWriter) => void): Promise<FrameBackend> {
  const sockets = new Set<Socket>();
  const streams = { opened: 0, reset: 0 };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serve(socket, streams, onCall);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    streams,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const prefaceBytes = 24;
const frameHeaderBytes = 9;
const frameType = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, windowUpdate: 8 };

function serve(
  socket: Socket,
  streams: { opened: number; reset: number },
  onCall: (writer: FrameWriter) => void,
): void {
  let buffer = Buffer.alloc(0);
  let position = prefaceBytes;
  let latest = 0;
  socket.write(settings());
  socket.on('data', (chunk) => {
    const done = Math.min(position, buffer.length);
    buffer = Buffer.concat([buffer.subarray(done), chunk]);
    position -= done;
    while (buffer.length >= position + frameHeaderBytes) {
      const length = buffer.readUIntBE(position, 3);
      if (buffer.length < position + frameHeaderBytes + length) return;
      const type = buffer.readUInt8(position + 3);
      const flags = buffer.readUInt8(position + 4);
      const stream = buffer.readUInt32BE(position + 5);
      const payload = buffer.subarray(position + frameHeaderBytes, position + frameHeaderBytes + length);
      position += frameHeaderBytes + length;
      const isAck = (flags & 1) === 1;
      if (type === frameType.settings && !isAck) socket.write(settingsAck);
      if (type === frameType.ping && !isAck) socket.write(frame(type, 1, 0, payload));
      if (type === frameType.reset) streams.reset++;
      // The connection's window is given back, those of streams are not.
      if (type === frameType.data && length > 0) {
        socket.write(frame(frameType.windowUpdate, 0, 0, words(length)));
      }
      if (type === frameType.headers && stream > latest) {
        latest = stream;
        streams.opened++;
        onCall(createWriter(socket, stream));
      }
    }
  });
}

function createWriter(socket: Socket, stream: number): FrameWriter {
  const queue: Buffer[] = [];
  const push = (type: number, flags: number, payload: Buffer): FrameWriter => {
    queue.push(frame(type, flags, stream, payload));
    return writer;
  };
  const writer: FrameWriter = {
    headers: (fields, flags) =>
      push(frameType.headers, 4 | (flags?.endStream ? 1 : 0), block(Object.entries(fields))),
    message(text, flags) {
      const payload = Buffer.from(text);
      const prefix = Buffer.alloc(5);
      prefix.writeUInt8(flags?.compressed ? 1 : 0, 0);
      prefix.writeUInt32BE(payload.length, 1);
      return push(frameType.data, 0, Buffer.concat([prefix, payload]));
    },
    data: (bytes, flags) => push(frameType.data, flags?.endStream ? 1 : 0, Buffer.from(bytes)),
    reset: (errorCode) => push(frameType.reset, 0, words(errorCode)),
    flush() {
      socket.write(Buffer.concat(queue.splice(0)));
    },
    destroy() {
      socket.destroy();
    },
  };
  return writer;
}
