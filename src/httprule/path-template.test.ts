import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusedTemplates } from '../../test/http/template-cases.js';
import { parsePathTemplate } from './path-template.js';

function parse(text: string) {
  const template = parsePathTemplate(text);
  if ('problem' in template) throw new Error(`${text}: ${template.problem} at ${template.column}`);
  return template;
}

describe('a path template', () => {
  it.each([
    ['/', '/', '', []],
    ['/v1', '/v1', '', []],
    ['/v1/*', '/v1/*', '', []],
    ['/**', '/**', '', []],
    ['/v1/{a}', '/v1/*', '', ['a 1-2 single 5']],
    ['/v1/{a=*}', '/v1/*', '', ['a 1-2 single 5']],
    ['/v1/{a=b}', '/v1/b', '', ['a 1-2 single 5']],
    ['/v1/{a=**}', '/v1/**', '', ['a 1-2 multi 5']],
    ['/v1/{a=b/*}', '/v1/b/*', '', ['a 1-3 multi 5']],
    ['/v1/{a=b/**}/c', '/v1/b/**/c', '', ['a 1-3 multi 5']],
    ['/{a}/{b.c_d=e/*}/{F9}', '/*/e/*/*', '', ['a 0-1 single 2', 'b.c_d 1-3 multi 6', 'F9 3-4 single 18']],
    ['/v1/{a=b/**}/{c}', '/v1/b/**/*', '', ['a 1-3 multi 5', 'c 3-4 single 14']],
    ['/{a=b=c}', '/b=c', '', ['a 0-1 single 2']],
    ['/v1/a:b', '/v1/a:b', 'b', []],
    ['/{a=b/*}:c', '/b/*:c', 'c', ['a 0-2 multi 2']],
    ['/**:c', '/**:c', 'c', []],
    ['/a:%63', '/a:c', 'c', []],
    ['/%61%2fb', '/a%2Fb', '', []],
    ['/a%3ab', '/a%3Ab', '', []],
  ])('%s has the shape %s', (text, shape, verb, variables) => {
    const template = parse(text);
    expect(template.text).toBe(text);
    expect(template.shape).toBe(shape);
    expect(template.verb).toBe(verb);
    expect(
      template.variables.map(
        (v) => `${v.name} ${v.start}-${v.end} ${v.multi ? 'multi' : 'single'} ${v.column}`,
      ),
    ).toEqual(variables);
  });

  it.each(refusedTemplates.map(({ template, problem }) => [template, problem] as const))(
    '%j is refused: %s',
    (text, problem) => {
      const template = parsePathTemplate(text);
      expect('problem' in template && template.problem).toContain(problem);
    },
  );

  it.each([
    ['v1', 1],
    ['/a//b', 4],
    ['/a:b/c', 3],
    ['/a:b:c', 5],
    ['/{a}/{a}', 6],
    ['/{a={b}}', 5],
    ['/**/**', 5],
    ['/{a', 4],
    ['/a%zz', 3],
    ['/a/..', 4],
  ])('%s is refused at column %i', (text, column) => {
    const template = parsePathTemplate(text);
    expect('problem' in template && template.column).toBe(column);
  });

  it('is refused when it is too long', () => {
    expect(parsePathTemplate('/a'.repeat(128))).toHaveProperty('shape');
    expect(parsePathTemplate('/a'.repeat(129))).toHaveProperty('problem', 'more than 128 segments');
  });

  it('never throws, and points into the text', () => {
    const text = fc.string({ unit: fc.constantFrom(...'/{}*:=.%2a_b~é\u0000 ?'), maxLength: 24 });
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((t) => `/${t}`),
          fc.string({ unit: 'binary' }),
        ),
        (input) => {
          const template = parsePathTemplate(input);
          if ('problem' in template) {
            expect(template.column).toBeGreaterThanOrEqual(1);
            expect(template.column).toBeLessThanOrEqual(input.length + 1);
            expect(template.hint).not.toBe('');
          } else {
            // A shape is a template too, and its own shape.
            expect(parse(template.shape).shape).toBe(template.shape);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('is read back as it was composed', () => {
    const literal = fc.stringMatching(/^[a-z0-9_~$@-]{1,5}$/);
    const segment = fc.oneof(literal, fc.constant('*'));
    const part = fc.record({
      bound: fc.boolean(),
      segments: fc.array(segment, { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), fc.option(literal), (parts, verb) => {
        const suffix = verb === null ? '' : `:${verb}`;
        const path = parts.map(({ bound, segments }, i) =>
          bound ? `{f${i}=${segments.join('/')}}` : segments.join('/'),
        );
        const template = parse(`/${path.join('/')}${suffix}`);
        expect(template.shape).toBe(`/${parts.flatMap(({ segments }) => segments).join('/')}${suffix}`);
        const texts = template.shape.slice(1, template.shape.length - suffix.length).split('/');
        expect(template.variables.map((v) => [v.name, texts.slice(v.start, v.end)])).toEqual(
          parts.flatMap(({ bound, segments }, i) => (bound ? [[`f${i}`, segments]] : [])),
        );
      }),
    );
  });
});
