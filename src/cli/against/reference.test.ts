import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readReference } from './reference.js';

const cwd = mkdtempSync(join(tmpdir(), 'reference-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
writeFileSync(join(cwd, 'before.binpb'), '');
writeFileSync(join(cwd, '-odd'), '');
mkdirSync(join(cwd, 'old/proto'), { recursive: true });

describe('what --against names', () => {
  const git = (revision: string, folder?: string, repository = cwd) => ({
    kind: 'git',
    repository,
    revision,
    folder,
  });
  it.each([
    ['before.binpb', { kind: 'image', file: join(cwd, 'before.binpb') }],
    ['./-odd', { kind: 'image', file: join(cwd, '-odd') }],
    ['old/proto', { kind: 'protos', directory: join(cwd, 'old/proto') }],
    ['main', git('main')],
    ['HEAD~2', git('HEAD~2')],
    ['origin/main:proto', git('origin/main', 'proto')],
    ['main:./a//b/', git('main', 'a/b')],
    ['main:', git('main', '')],
    ['main:a:b', git('main', 'a:b')],
    ['.git#branch=main,subdir=proto', git('main', 'proto')],
    ['.git#tag=v1', git('refs/tags/v1')],
    ['.git#ref=abc', git('abc')],
    ['../other/.git#branch=main', git('main', undefined, join(cwd, '../other'))],
    ['$(touch pwned)', git('$(touch pwned)')],
  ])('%s', (text, reference) => {
    expect(readReference(text, cwd)).toEqual(reference);
  });

  it.each([
    ['', 'it is empty'],
    ['main\0', 'it is empty'],
    ['gone.binpb', 'there is no such file'],
    ['-x', '"-x" is no revision'],
    ['--output=x:proto', '"--output=x" is no revision'],
    [':proto', '"" is no revision'],
    ['main:../proto', 'the folder "../proto" is not inside of the repository'],
    ['main:a/../../b', 'the folder "a/../../b" is not inside of the repository'],
    ['.git', 'it names no branch, tag or ref'],
    ['.git#', 'it names no branch, tag or ref'],
    ['.git#subdir=proto', 'it names no branch, tag or ref'],
    ['.git#branch=-x', '"-x" is no revision'],
    ['.git#branch=main,subdir=..', 'the folder ".." is not inside of the repository'],
    ['.git#branch=main,depth=1', '"depth" is none of branch, tag, ref and subdir'],
    ['https://example.com/x.git#branch=main', 'only repositories of this machine can be read'],
  ])('%j is no reference', (text, problem) => {
    expect(readReference(text, cwd)).toEqual({ problem });
  });
});
