import { describe, expect, it } from 'vitest';
import { viewOf } from '../../../test/support/gate.js';
import { encodeForHeader, valueTemplate, wellFormed } from './template.js';

const view = viewOf({
  subject: 'ann|1',
  claims: {
    tenant: 'a,b',
    name: 'Zoë\r\nx: y',
    level: 7,
    ok: true,
    list: ['a'],
    none: null,
    half: '\ud800',
    '100%': 1,
  },
});

function filled(text: string, encode = encodeForHeader): string | undefined {
  const template = valueTemplate(text);
  if ('problem' in template) throw new Error(template.problem);
  return template.fill(view, encode);
}

describe('a value with a place for something of the request', () => {
  it.each<[text: string, value: string | undefined]>([
    ['plain', 'plain'],
    ['', ''],
    ['{principal.subject}', 'ann|1'],
    ['u:{principal.subject}@{source.address}', 'u:ann|1@192.0.2.1'],
    ['{claims.tenant}', 'a%2Cb'],
    ['{claims.name}', 'Zo%C3%AB%0D%0Ax:%20y'],
    ['{claims.level}/{claims.ok}', '7/true'],
    ['{claims.half}', '%EF%BF%BD'],
    ['a,b %', 'a,b %'],
    ['{"claims.tenant"}', '{"claims.tenant"}'],
    ['{claims.list}', undefined],
    ['{claims.none}', undefined],
    ['{claims.toString}', undefined],
    ['{claims.constructor}', undefined],
  ])('%s in a header field is %s', (text, value) => {
    expect(filled(text)).toBe(value);
  });

  it('in a field of a message is what it is, as far as that is Unicode', () => {
    expect(filled('{claims.name}', wellFormed)).toBe('Zoë\r\nx: y');
    expect(filled('{claims.half}', wellFormed)).toBe('\ufffd');
  });

  it.each(['{subject}', '{claims}', '{claims.a.b}', '{principal.id}', '{request.name}'])(
    '%s is none',
    (text) => {
      expect(valueTemplate(text)).toEqual({ problem: `has ${text}, which is nothing that a request has` });
    },
  );
});
