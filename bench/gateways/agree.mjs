// Whether a gateway answers what it should, before anything is timed.
import { request } from 'node:http';
import { isDeepStrictEqual } from 'node:util';

/**
 * Throws when the answer is another than the expected one. Compared as parsed JSON, so that white space, the order
 * of keys and the way a number is written do not count; of a stream each line is a value, and the `result` that
 * grpc-gateway puts around each is taken off. An error may lack its details where the peer is known for it.
 */
export async function checkAnswer(peer, address, scenario, expected) {
  const { httpStatus, text } = await ask(address, scenario.request, peer.headers);
  const wanted = scenario.httpStatus ?? 200;
  if (httpStatus !== wanted)
    throw new Error(`${peer.title} answers ${httpStatus} to ${scenario.key}: ${text.slice(0, 500)}`);
  const values = (scenario.streams ? text.trim().split('\n') : [text]).map((json) => JSON.parse(json));
  const plain = values.map((value) => (scenario.streams && 'result' in value ? value.result : value));
  const known = peer.differs?.[scenario.key] === undefined ? expected : expected.map(withoutDetails);
  if (isDeepStrictEqual(plain, known)) return;
  const at = plain.findIndex((value, index) => !isDeepStrictEqual(value, known[index]));
  throw new Error(
    `${peer.title} answers ${scenario.key} with other values: ${plain.length} of ${known.length}; ${short(plain[at])} instead of ${short(known[at])}`,
  );
}

const withoutDetails = ({ details, ...rest }) => rest;
const short = (value) => JSON.stringify(value)?.slice(0, 600);

function ask(address, { httpMethod, target, body, accept }, fields = []) {
  const [host, port] = address.split(':');
  const headers = {
    accept: accept ?? 'application/json',
    ...Object.fromEntries(fields),
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(
      { host, port, path: target, method: httpMethod, headers, agent: false },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ httpStatus: response.statusCode, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
