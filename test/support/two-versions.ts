import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BytesBackend, startBytesBackend } from './bytes-backend.js';
import { compileProtos } from './compile-protos.js';
import { echoHandlers, messageOf } from './echo-gateway.js';
import { httpAnnotations } from './http-annotations.js';

/** One message, with a field that another version calls otherwise: what is served tells which version it is. */
function versionProto(field: string): string {
  return `syntax = "proto3";
package t;
import "google/api/annotations.proto";
message M { string name = 1; string ${field} = 2; }
service T {
  rpc Unary(M) returns (M) {
    option (google.api.http) = { get: "/v1/{name=things/*}" additional_bindings { post: "/v1/things" body: "*" } };
  }
  rpc ServerStream(M) returns (stream M) { option (google.api.http) = { get: "/v1/stream" }; }
}
`;
}

/** An API that is served in two versions: the field `one` of the answers is called `two` in the second. */
export const versions: Readonly<Record<'one' | 'two', Uint8Array>> = {
  one: compileProtos({ ...httpAnnotations(), 't.proto': versionProto('one') }),
  two: compileProtos({ ...httpAnnotations(), 't.proto': versionProto('two') }),
};

export { versionProto };

/** The backend of both versions: each answer has the name of the request, and "yes". */
export function startVersionsBackend(): Promise<BytesBackend> {
  const answer = Buffer.from(messageOf({ name: 'things/a', text: 'yes' }));
  return startBytesBackend({ ...echoHandlers, Unary: (_call, callback) => callback(null, answer) });
}

/** Which version an answer of GET /v1/things/a is of; undefined where it is of none. */
export function versionOf(status: number, body: string): 'one' | 'two' | undefined {
  if (status !== 200) return undefined;
  if (body === '{"name":"things/a","one":"yes"}') return 'one';
  return body === '{"name":"things/a","two":"yes"}' ? 'two' : undefined;
}

/** A folder whose files are replaced as those that gateways are configured by are. */
export interface SwappedFolder {
  readonly path: string;
  /** Path of a file in it. */
  file(name: string): string;
  /** Written aside and renamed. */
  replace(name: string, content: string | Uint8Array): void;
  /** All of it at once, as Kubernetes does with a ConfigMap: a link to a folder of links. */
  swap(files: Readonly<Record<string, string | Uint8Array>>): void;
  remove(): void;
}

export function swappedFolder(): SwappedFolder {
  const path = mkdtempSync(join(tmpdir(), 'propylon-swapped-'));
  let swaps = 0;
  const file = (name: string): string => join(path, name);
  return {
    path,
    file,
    replace(name, content) {
      writeFileSync(file(`.${name}.new`), content);
      renameSync(file(`.${name}.new`), file(name));
    },
    swap(files) {
      swaps += 1;
      mkdirSync(file(`..${swaps}`));
      for (const [name, content] of Object.entries(files)) {
        writeFileSync(join(file(`..${swaps}`), name), content);
        if (swaps === 1) symlinkSync(join('..data', name), file(name));
      }
      symlinkSync(`..${swaps}`, file('..data_tmp'));
      renameSync(file('..data_tmp'), file('..data'));
      rmSync(file(`..${swaps - 1}`), { recursive: true, force: true });
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
