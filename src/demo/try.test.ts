import { describe, expect, it } from 'vitest';
import { demoTry } from './try.js';

describe('the lines to try', () => {
  const lines = demoTry('http://127.0.0.1:8080').map(({ curl }) => curl);

  it('are one line each, quoted for a shell, and end by themselves', () => {
    for (const line of lines) {
      expect(line).toMatch(/^(printf '[^']*' \| )?curl /);
      expect(line.split("'").length % 2).toBe(1);
      expect(line).not.toMatch(/[\n!]/);
      if (line.includes(':watch')) expect(line).toMatch(/max_(events|ticks)=\d/);
    }
  });
});
