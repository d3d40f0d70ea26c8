import { createHmac, randomBytes } from 'node:crypto';

/** A secret → what stands for it: the same for the same, and nothing that leads back. */
export type Placeholder = (secret: string) => string;

/** By a key that lives as long as this process, and is written nowhere. */
export function createPlaceholder(): Placeholder {
  const key = randomBytes(32);
  return (secret) =>
    `[redacted:${createHmac('sha256', key).update(secret).digest('base64url').slice(0, 12)}]`;
}

/** Or `[redacted]`, which stands for what looked like a credential. */
const somewhere = /\[redacted(?::[\w-]{12})?\]/;

/** Whether there is one in a text. Those in a URL are escaped. */
export function hasPlaceholder(text: string): boolean {
  return somewhere.test(text) || /%5Bredacted(?:%3A[\w-]{12})?%5D/i.test(text);
}
