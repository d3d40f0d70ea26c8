/**
 * The value of a field `etag` as an entity tag (RFC 9110 §8.8.3): AIP-154 wants its quotes to be part of the
 * value, and many backends leave them out. Undefined for what no entity tag can hold.
 *
 * `abc` and `"abc"` → `"abc"`; `W/abc` and `W/"abc"` → `W/"abc"`
 */
export function entityTagOf(value: string): string | undefined {
  const opaque = opaqueOf(value);
  if (opaque === '' || !/^[\x21\x23-\x7e]+$/.test(opaque)) return undefined;
  return `${value.startsWith('W/') ? 'W/' : ''}"${opaque}"`;
}

/** What is compared of a tag: without quotes, and without the mark of weakness. */
export function opaqueOf(value: string): string {
  const bare = value.startsWith('W/') ? value.slice(2) : value;
  return /^".*"$/.test(bare) ? bare.slice(1, -1) : bare;
}

/** The value of If-Match or If-None-Match, all of its lines joined: opaque tags, '*', or undefined where it is malformed. */
export function readEntityTags(value: string): readonly string[] | '*' | undefined {
  if (value.trim() === '*') return '*';
  const tag = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
  if (!new RegExp(`^[ \t]*${tag}(?:[ \t]*,[ \t]*${tag})*[ \t]*$`).test(value)) return undefined;
  return (value.match(/"[^"]*"/g) ?? []).map((quoted) => quoted.slice(1, -1));
}
