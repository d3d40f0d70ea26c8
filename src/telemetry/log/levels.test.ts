import { describe, expect, it } from 'vitest';
import { handClock } from '../../../test/support/hand-clock.js';
import { memoryLog } from '../../../test/support/memory-log.js';

describe('the level of the log', () => {
  const told = (level: 'debug' | 'info' | 'warn' | 'error'): unknown[] => {
    const { log, lines } = memoryLog({ level });
    log.info('i');
    log.warn('w');
    log.error('e', undefined);
    return lines().map((line) => line['message']);
  };

  it('is the least that is written', () => {
    expect([told('debug'), told('info'), told('warn'), told('error')]).toEqual([
      ['i', 'w', 'e'],
      ['i', 'w', 'e'],
      ['w', 'e'],
      ['e'],
    ]);
  });

  it('changes while it is written', () => {
    const { log, lines } = memoryLog({ level: 'error' });
    log.levels.set('info');
    log.info('then');
    expect(log.levels.state()).toEqual({ level: 'info', configured: 'error' });
    expect(lines()).toHaveLength(1);
  });

  it('goes back by itself when it is changed for some time', () => {
    const clock = handClock();
    const { log } = memoryLog({}, { clock });
    log.levels.set('debug', 60_000);
    clock.moveTo(clock.now() + 20_000);
    expect(log.levels.state()).toEqual({ level: 'debug', configured: 'info', forMs: 40_000 });
    clock.moveTo(clock.now() + 40_000);
    expect(log.levels.state()).toEqual({ level: 'info', configured: 'info' });
  });

  it('stays where it is put when the time of a former change is over', () => {
    const clock = handClock();
    const { log } = memoryLog({}, { clock });
    log.levels.set('debug', 1_000);
    log.levels.set('warn');
    clock.moveTo(clock.now() + 2_000);
    expect(log.levels.state()).toEqual({ level: 'warn', configured: 'info' });
    expect(clock.timers).toBe(0);
  });
});
