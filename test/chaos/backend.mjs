// A backend of its own process, to be killed, stopped and rolled: node backend.mjs PORT NAME
// /t.T/Unary answers with NAME after a few milliseconds, so that calls are always under way.
// SIGTERM lets the calls it has finish.
import * as grpc from '@grpc/grpc-js';

const [port = '0', name = ''] = process.argv.slice(2);
const workMs = 5;
const bytes = (value) => value;
// t.M: string name = 1.
const answer = Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name)]);

const server = new grpc.Server();
server.addService(
  {
    Unary: {
      path: '/t.T/Unary',
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    },
  },
  { Unary: (_, done) => setTimeout(() => done(null, answer), workMs) },
);
server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) => {
  if (error !== null) throw error;
  process.stdout.write(`listening ${bound}\n`);
});
process.on('SIGTERM', () => server.tryShutdown(() => process.exit(0)));
