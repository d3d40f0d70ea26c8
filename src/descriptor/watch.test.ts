import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock, type WallClock } from '../clock.js';
import { protosSource } from './source-protos.js';
import { watchFileContent } from './watch.js';

/** Everything that a test waits for comes from the file system; the polling that would hide a deaf watch is far away. */
const never = 3_600_000;
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'propylon-watch-'));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Counts changes, and says when the next one has come. */
class Changes {
  count = 0;
  #wake = (): void => undefined;
  readonly note = (): void => {
    this.count += 1;
    this.#wake();
  };

  async reach(count: number): Promise<void> {
    while (this.count < count)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }
}

async function watched(file: string, pollMs = never, clock: WallClock = systemClock): Promise<Changes> {
  const changes = new Changes();
  const watch = await watchFileContent(file, { clock, pollMs }, changes.note);
  cleanups.push(() => watch.close());
  return changes;
}

/** How a change comes: `before` is what is there, `change` is made while it is watched. */
interface Way {
  readonly before: (dir: string) => void;
  readonly change: (dir: string) => void;
}

const write = (path: string, text: string): void => writeFileSync(path, text);

const ways: Readonly<Record<string, Way>> = {
  'written in place': {
    before: (dir) => write(join(dir, 'file'), 'one'),
    change: (dir) => write(join(dir, 'file'), 'two'),
  },
  'written aside and renamed, as editors do': {
    before: (dir) => write(join(dir, 'file'), 'one'),
    change: (dir) => {
      write(join(dir, '.file.swp'), 'two');
      renameSync(join(dir, '.file.swp'), join(dir, 'file'));
    },
  },
  'a link of a ConfigMap that is swapped': {
    before: (dir) => {
      mkdirSync(join(dir, '..1'));
      write(join(dir, '..1', 'file'), 'one');
      symlinkSync('..1', join(dir, '..data'));
      symlinkSync('..data/file', join(dir, 'file'));
    },
    change: (dir) => {
      mkdirSync(join(dir, '..2'));
      write(join(dir, '..2', 'file'), 'two');
      symlinkSync('..2', join(dir, '..data_tmp'));
      renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
      rmSync(join(dir, '..1'), { recursive: true });
    },
  },
  'deleted and made again': {
    before: (dir) => write(join(dir, 'file'), 'one'),
    change: (dir) => {
      rmSync(join(dir, 'file'));
      write(join(dir, 'file'), 'two');
    },
  },
  'not there before': {
    before: () => undefined,
    change: (dir) => write(join(dir, 'file'), 'two'),
  },
};

describe('a file is noticed to be another when it is', () => {
  it.each(Object.entries(ways))('%s', async (_, { before, change }) => {
    const dir = folder();
    before(dir);
    const changes = await watched(join(dir, 'file'));
    change(dir);
    await changes.reach(1);
    // And goes on.
    ways['written aside and renamed, as editors do']?.change(dir);
    write(join(dir, 'file'), 'three');
    await changes.reach(2);
  });
});

/** What is no change is followed by one that is: with it, just one has been noticed. */
describe('nothing is noticed', () => {
  it.each<[string, (file: string) => void]>([
    ['of a touch', (file) => utimesSync(file, new Date(), new Date())],
    ['of the same content, written again', (file) => write(file, 'one')],
    ['of a neighbour', (file) => write(`${file}.txt`, 'other')],
  ])('%s', async (_, touch) => {
    const file = join(folder(), 'file');
    write(file, 'one');
    const looks = new Changes();
    const after: WallClock['after'] = (delayMs, fire) =>
      systemClock.after(delayMs, () => {
        fire();
        looks.note();
      });
    const changes = await watched(file, 20, { ...systemClock, after });
    touch(file);
    // Two of them have begun and ended after the touch.
    await looks.reach(looks.count + 4);
    write(file, 'two');
    await changes.reach(1);
    expect(changes.count).toBe(1);
  });

  it('of what is still being written, but of the whole', async () => {
    const file = join(folder(), 'file');
    write(file, 'one');
    const changes = await watched(file);
    for (const text of ['', 't', 'tw', 'two']) {
      write(file, text);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await changes.reach(1);
    write(file, 'three');
    await changes.reach(2);
    expect(changes.count).toBe(2);
  });
});

it('is found by looking, where nobody tells of it', async () => {
  const [dir, elsewhere] = [folder(), folder()];
  write(join(elsewhere, 'file'), 'one');
  symlinkSync(join(elsewhere, 'file'), join(dir, 'file'));
  const changes = await watched(join(dir, 'file'), 100);
  write(join(elsewhere, 'file'), 'two');
  await changes.reach(1);
});

it('tells of a file that is gone only when it stays away, and of its return', async () => {
  const file = join(folder(), 'file');
  write(file, 'one');
  const changes = await watched(file, 100);
  rmSync(file);
  await changes.reach(1);
  write(file, 'one');
  await changes.reach(2);
});

it('takes a file that cannot be read any more for one that is gone', async () => {
  const file = join(folder(), 'file');
  write(file, 'one');
  const changes = await watched(file, 100);
  // Whoever runs this, root too, cannot read a folder as a file.
  rmSync(file);
  mkdirSync(file);
  await changes.reach(1);
  rmSync(file, { recursive: true });
  write(file, 'one');
  await changes.reach(2);
});

it('a folder that is replaced under its name is watched anew', async () => {
  const dir = join(folder(), 'inner');
  mkdirSync(dir);
  write(join(dir, 'file'), 'one');
  const changes = await watched(join(dir, 'file'), 100);
  renameSync(dir, `${dir}.old`);
  mkdirSync(dir);
  write(join(dir, 'file'), 'two');
  await changes.reach(1);
  expect(existsSync(`${dir}.old`)).toBe(true);
});

describe('around a reading', () => {
  async function read(file: string, during: () => void): Promise<Changes> {
    const changes = new Changes();
    const watch = await watchFileContent(file, { clock: systemClock, pollMs: never }, changes.note);
    cleanups.push(() => watch.close());
    write(file, 'two');
    await watch.beforeReading();
    during();
    await watch.afterReading();
    return changes;
  }

  it('what was there before it is none', async () => {
    const file = join(folder(), 'file');
    write(file, 'one');
    const changes = await read(file, () => undefined);
    write(file, 'three');
    await changes.reach(1);
    expect(changes.count).toBe(1);
  });

  it('what was another during it, and is the same again, is one: the other may have been read', async () => {
    const file = join(folder(), 'file');
    write(file, 'one');
    const changes = await read(file, () => {
      write(file, 'of a moment');
      rmSync(file);
      write(file, 'two');
    });
    await changes.reach(1);
    // Once: what is read now is what there is.
    write(file, 'three');
    await changes.reach(2);
    expect(changes.count).toBe(2);
  });
});

describe('directories of protos', () => {
  const proto = (message: string): string => `syntax = "proto3"; message ${message} {}`;

  it.each<[string, (dir: string) => void]>([
    ['a file is written', (dir) => write(join(dir, 'a.proto'), proto('B'))],
    ['a file further down is written', (dir) => write(join(dir, 'sub', 'c.proto'), proto('D'))],
    ['a file is added', (dir) => write(join(dir, 'new.proto'), proto('E'))],
    [
      'a file is added in a new folder',
      (dir) => {
        mkdirSync(join(dir, 'deep'));
        write(join(dir, 'deep', 'new.proto'), proto('F'));
      },
    ],
    ['a file is removed', (dir) => rmSync(join(dir, 'sub', 'c.proto'))],
  ])('are noticed to be others when %s', async (_, change) => {
    const dir = folder();
    mkdirSync(join(dir, 'sub'));
    write(join(dir, 'a.proto'), proto('A'));
    write(join(dir, 'sub', 'c.proto'), proto('C'));
    const changes = new Changes();
    const source = protosSource([dir]);
    const host = { clock: systemClock, pollMs: never, serverPollMs: never };
    const watch = await source.watch?.(changes.note, host);
    cleanups.push(() => watch?.close());
    write(join(dir, 'readme.txt'), 'of no interest');
    change(dir);
    await changes.reach(1);
  });
});
