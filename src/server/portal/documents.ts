import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import { documentPieces, type OpenApiOptions, openApiSteps } from '../../contract/index.js';
import { type Audience, audiences, sees } from '../../gate/index.js';
import type { Limits } from '../../limits.js';
import { inSlices } from '../../steps.js';
import type { Outline } from '../../surface/index.js';

/** What can be asked for. */
export interface WantedDocument extends Pick<OpenApiOptions, 'version' | 'audience'> {
  /** Whether operations have code samples. */
  readonly samples: boolean;
  readonly format: 'json' | 'yaml';
}

/** A document as it is served. */
export interface ServedDocument {
  readonly body: Uint8Array;
  readonly digest: string;
  /** In content codings, by their names. */
  readonly codings: Map<string, Promise<Uint8Array>>;
}

export interface DocumentsOptions extends Pick<OpenApiOptions, 'title' | 'servers'> {
  readonly limits: Limits;
  readonly clock: Clock;
}

/**
 * The documents of one generation: each is made when it is first asked for, one after the other, in slices between
 * which other requests are served, and kept. Whoever asks meanwhile waits for the same one.
 */
export function createDocuments(
  outline: () => Outline,
  { limits, clock, ...said }: DocumentsOptions,
): (wanted: WantedDocument) => Promise<ServedDocument> {
  const kept = new Map<string, Promise<ServedDocument>>();
  const sizes = new Map<string, number>();
  /** Whose document an audience gets. */
  const alike = new Map<Audience, Audience>();
  let last: Promise<unknown> = Promise.resolve();

  async function make({ format, ...wanted }: WantedDocument): Promise<ServedDocument> {
    const { document } = await inSlices(openApiSteps(outline(), { ...said, ...wanted, limits }), clock);
    const pieces: Buffer[] = [];
    const digest = createHash('sha256');
    await inSlices(documentPieces(document, format), clock, (text) => {
      const piece = Buffer.from(text);
      digest.update(piece);
      pieces.push(piece);
    });
    return {
      body: Buffer.concat(pieces),
      digest: digest.digest('base64url').slice(0, 22),
      codings: new Map(),
    };
  }

  /** The least recently used go, but for the one that was just made. */
  function forgetSome(): void {
    for (const key of kept.keys()) {
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      if (total <= limits.documentBytesMax || sizes.size < 2) return;
      if (!sizes.has(key)) continue;
      kept.delete(key);
      sizes.delete(key);
    }
  }

  return (asked) => {
    const audience = alike.get(asked.audience) ?? lowestAlike(outline(), asked.audience);
    alike.set(asked.audience, audience);
    const wanted = { ...asked, audience };
    const key = JSON.stringify([wanted.audience, wanted.version, wanted.samples, wanted.format]);
    const known = kept.get(key);
    if (known !== undefined) {
      kept.delete(key);
      kept.set(key, known);
      return known;
    }
    const made = last.then(() => make(wanted));
    last = made.catch(() => undefined);
    kept.set(key, made);
    made.then(
      ({ body }) => {
        sizes.set(key, body.length);
        forgetSome();
      },
      () => kept.delete(key),
    );
    return made;
  };
}

/** Of audiences that see the same methods there is one document. */
function lowestAlike({ routes }: Outline, audience: Audience): Audience {
  const seen = (by: Audience): number =>
    routes.filter(({ policy }) => sees(by, policy.visibility ?? 'public')).length;
  const all = seen(audience);
  return audiences.find((one) => seen(one) === all) ?? audience;
}
