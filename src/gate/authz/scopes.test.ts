import { describe, expect, it } from 'vitest';
import { gateOf, viewOf } from '../../../test/support/gate.js';
import type { PolicyInput } from '../index.js';
import { admit } from '../index.js';
import { scopeSteps } from './scopes.js';

const protos = 'message M { string name = 1; } service S { rpc Get(M) returns (M); }';
const built = (policy: PolicyInput) => gateOf(protos, policy, { builders: [scopeSteps] });

const both = { scopes: ['a', 'b'], anyScopes: ['x', 'y'] };

describe('scopes', () => {
  it.each<[PolicyInput['authorization'], string, boolean]>([
    [{ scopes: ['a', 'b'] }, 'a b c', true],
    [{ scopes: ['a', 'b'] }, 'a c', false],
    [{ anyScopes: ['x', 'y'] }, 'y', true],
    [{ anyScopes: ['x', 'y'] }, 'a b', false],
    [both, 'a b y', true],
    [both, 'a b', false],
    [both, 'a x y', false],
    [{ scopes: ['a'] }, 'A', false],
    [{ scopes: ['books.write'] }, 'books', false],
    [{ scopes: ['a'] }, '', false],
  ])('%j: a caller with "%s" may pass: %s', async (authorization, has, may) => {
    const { gate } = built({ authorization });
    const view = viewOf({ scopes: new Set(has === '' ? [] : has.split(' ')) });
    const refused = await admit(gate.admit, view);
    expect(refused?.reason).toBe(may ? undefined : 'SCOPE_MISSING');
  });

  it('names what is needed, to people and to OAuth clients (RFC 6750 §3.1)', async () => {
    const { gate } = built({ authorization: both });
    expect(await admit(gate.admit, viewOf({}))).toMatchObject({
      code: 7,
      info: { scopes: 'a b', anyScopes: 'x y' },
      headers: [['www-authenticate', 'Bearer error="insufficient_scope", scope="a b x y"']],
    });
  });

  it('asks nobody in particular for credentials where they are optional', async () => {
    const { gate } = built({ authentication: { mode: 'optional' }, authorization: { scopes: ['a'] } });
    expect(await admit(gate.admit, viewOf())).toMatchObject({
      code: 16,
      reason: 'CREDENTIALS_MISSING',
      headers: [['www-authenticate', 'Bearer scope="a"']],
    });
  });

  it.each<[string, PolicyInput, string]>([
    [
      'of callers whom nobody asks for',
      { authentication: { mode: 'none' }, authorization: { scopes: ['a'] } },
      'authenticates nobody',
    ],
    ['with a quote in it', { authorization: { anyScopes: ['a"b'] } }, 'no token can have'],
    ['of two words', { authorization: { scopes: ['a b'] } }, 'no token can have'],
  ])('%s do not load', (_, policy, problem) => {
    const { diagnostics } = built(policy);
    expect(diagnostics).toMatchObject([
      { code: 'POLICY_INVALID', severity: 'error', locations: [{ file: 't.proto' }] },
    ]);
    expect(diagnostics[0]?.text).toContain(problem);
  });

  it('cost nothing where none are needed', () => {
    expect(built({ authorization: { scopes: [] } }).gate.admit).toEqual([]);
  });
});
