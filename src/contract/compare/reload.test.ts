import { describe, expect, it } from 'vitest';
import { contractProtos, outlineOf } from '../../../test/support/openapi.js';
import { finished } from '../../steps.js';
import { surfaceChanges } from './reload.js';

const service = (names: readonly string[], gives: string): string =>
  `message Ask {} message Thing { ${gives} } service S { ${names
    .map((name) => `rpc ${name}(Ask) returns (Thing) { option (google.api.http).get = "/v1/${name}"; }`)
    .join(' ')} }`;
const names = Array.from({ length: 120 }, (_, index) => `M${index}`);
const whole = 'string name = 1; int32 size = 2;';
const outlined = (text: string) => outlineOf(contractProtos(text));
const all = outlined(service(names, whole));
const changes = (...sides: Parameters<typeof surfaceChanges>) => finished(surfaceChanges(...sides));

describe('what is told after a reload', () => {
  it('is warnings, a hundred at most', () => {
    const told = changes(all, outlined(service(['M0'], whole)));
    expect(told).toHaveLength(101);
    expect(told.every(({ severity }) => severity === 'warning')).toBe(true);
    expect(told.at(-1)?.text).toBe('19 further changes that may break clients are not listed.');
  });

  it('leaves out what is only worth a look', () => {
    const noted = outlined(service(names, 'string name = 1; int32 size = 2 [deprecated = true];'));
    expect(changes(all, noted)).toEqual([]);
  });

  it('has the codes of diagnostics', () => {
    const [before, after] = [
      outlined(service(['M0', 'M1'], whole)),
      outlined(service(['M0'], 'string name = 1;')),
    ];
    const streaming = outlined(service(['M0'], 'string name = 1;').replaceAll('(Thing)', '(stream Thing)'));
    const codes = (from: typeof before, to: typeof before) => changes(from, to).map(({ code }) => code);
    expect(codes(before, after)).toEqual(['ROUTE_REMOVED', 'FIELD_CHANGED']);
    expect(codes(after, streaming)).toEqual(['ROUTE_CHANGED']);
  });
});
