import { parseAllDocuments } from 'yaml';

/** A Kubernetes object, as far as all of them are alike; what is below is read with `at`. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
}

export type Labels = Readonly<Record<string, string>>;

/** Throws when a document is no Kubernetes object. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document): unknown => {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      return document.toJS();
    })
    .filter((value) => value !== null)
    .map((value) => {
      if (!isManifest(value)) throw new Error(`no Kubernetes object: ${JSON.stringify(value)}`);
      return value;
    });
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof at(value, 'apiVersion') === 'string' &&
    typeof at(value, 'kind') === 'string' &&
    typeof at(value, 'metadata', 'name') === 'string'
  );
}

/** What lies at a path; undefined where anything on the way is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}

/** The same as a list; empty where there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export const nameOf = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;
