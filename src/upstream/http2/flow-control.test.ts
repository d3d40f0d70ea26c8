import { describe, expect, it } from 'vitest';
import { ReceiveWindow, SendWindow, windowBytesMax } from './flow-control.js';

describe('SendWindow', () => {
  it('may be below zero after the peer has taken room back (RFC 9113 §6.9.2)', () => {
    const window = new SendWindow(100);
    window.use(80);
    expect(window.add(-50)).toBe(true);
    expect(window.bytes).toBe(-30);
    expect(window.add(40)).toBe(true);
    expect(window.bytes).toBe(10);
  });

  it('never grows beyond 2^31-1 (RFC 9113 §6.9.1)', () => {
    const window = new SendWindow(1);
    expect(window.add(windowBytesMax - 1)).toBe(true);
    expect(window.add(1)).toBe(false);
    expect(window.bytes).toBe(windowBytesMax);
  });
});

describe('ReceiveWindow', () => {
  it('notices the byte that is one too many', () => {
    const window = new ReceiveWindow(10);
    expect(window.take(10)).toBe(true);
    expect(window.take(1)).toBe(false);
  });

  it('gives back what was read, from half of the window on', () => {
    const window = new ReceiveWindow(10);
    window.take(7);
    window.release(4);
    expect(window.grant()).toBe(0);
    window.release(3);
    expect(window.grant()).toBe(7);
    expect(window.grant()).toBe(0);
    expect(window.take(10)).toBe(true);
    expect(window.take(1)).toBe(false);
  });
});
