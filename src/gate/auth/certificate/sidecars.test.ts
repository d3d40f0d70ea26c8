import { describe, expect, it } from 'vitest';
import { isSidecarOf, sidecarsSchema } from './sidecars.js';

describe('sidecars', () => {
  it.each([
    [['10.1.0.0/16'], '10.1.2.3', true],
    [['10.1.0.0/16'], '::ffff:10.1.2.3', true],
    [['10.1.0.0/16'], '10.2.2.3', false],
    [['10.1.2.3'], '10.1.2.3', true],
    [['10.1.2.3'], '10.1.2.4', false],
    [['loopback'], '127.0.0.6', true],
    [['loopback'], '::1', true],
    [['loopback'], '::2', false],
    [['fd00::/8'], 'fd12::1', true],
    [['fd00::/8'], '10.1.2.3', false],
    [['0.0.0.0/0'], '', false],
    [['0.0.0.0/0'], 'localhost', false],
  ])('of %j: %s is one: %s', (written, address, is) => {
    expect(isSidecarOf(written)(address)).toBe(is);
  });

  it.each(['10.1', '10.0.0.0/33', 'localhost', '', '0x7f.1'])('%j is refused at load', (text) => {
    expect(sidecarsSchema.safeParse([text]).success).toBe(false);
  });
});
