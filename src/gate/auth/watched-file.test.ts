import { mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { handClock } from '../../../test/support/hand-clock.js';
import { defaultLimits } from '../../limits.js';
import { watchFile } from './watched-file.js';

const folder = mkdtempSync(join(tmpdir(), 'propylon-watched-'));
const cleanups: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

describe('a watched file', () => {
  it('is looked at soon, however often its folder stirs meanwhile', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'one');
    const clock = handClock();
    const seen: string[] = [];
    const host = { clock, random: Math.random, limits: defaultLimits, warn: vi.fn(), report: vi.fn() };
    cleanups.push(watchFile(file, host, (content) => void seen.push(content.toString())));
    let events = 0;
    const watcher = watch(folder, () => {
      events += 1;
    });
    cleanups.push(() => watcher.close());

    writeFileSync(file, 'two');
    await vi.waitFor(() => expect(clock.set).toBeGreaterThan(1), 10_000);
    clock.moveTo(30);
    const before = events;
    writeFileSync(join(folder, 'other'), '');
    await vi.waitFor(() => expect(events).toBeGreaterThan(before), 10_000);
    clock.moveTo(60);
    await vi.waitFor(() => expect(seen).toEqual(['one', 'two']), 10_000);
  });
});
