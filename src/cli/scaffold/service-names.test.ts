import { describe, expect, it } from 'vitest';
import { pluralOf, singularOf } from './plural.js';
import { serviceNames, standardMethods } from './service-names.js';

describe('plurals', () => {
  it.each([
    ['return', 'returns'],
    ['category', 'categories'],
    ['day', 'days'],
    ['key', 'keys'],
    ['box', 'boxes'],
    ['bus', 'buses'],
    ['address', 'addresses'],
    ['branch', 'branches'],
    ['dish', 'dishes'],
    ['analysis', 'analyses'],
    ['person', 'people'],
    ['child', 'children'],
    ['shelf', 'shelves'],
    ['hero', 'heroes'],
    ['photo', 'photos'],
    ['series', 'series'],
    ['orderLine', 'orderLines'],
    ['salesPerson', 'salesPeople'],
  ])('%s, %s', (singular, plural) => {
    expect(pluralOf(singular)).toBe(plural);
    if (singular !== 'analysis' && singular !== 'bus') expect(singularOf(plural)).toBe(singular);
  });
});

/** What a name is asked for with, and what is wrong with it. */
type Refused = readonly [what: string, name: string, resource: string, more?: object];

describe('names of a service', () => {
  const named = (name: string, resource: string, more: object = {}) =>
    serviceNames({ name, resource, methods: standardMethods, ...more });

  it('come from its own and that of its resource', () => {
    expect(
      named('shop.returns.v1.ReturnService', 'ReturnItem', { parent: 'orders/categories' }),
    ).toMatchObject({
      package: 'shop.returns.v1',
      version: 'v1',
      field: 'return_item',
      resources: 'ReturnItems',
      pattern: 'orders/{order}/categories/{category}/returnItems/{return_item}',
      parentTemplate: 'orders/*/categories/*',
      type: 'shop.example.com/ReturnItem',
    });
  });

  const refused: readonly Refused[] = [
    ['no version', 'shop.ReturnService', 'Return'],
    ['no package', 'v1.ReturnService', 'Return'],
    ['no Service', 'shop.v1.Returns', 'Return'],
    ['a path', '../shop.v1.ReturnService', 'Return'],
    ['a line', 'shop.v1.ReturnService\nmessage X {}', 'Return'],
    ['a package that hides imports', 'shop.google.v1.ReturnService', 'Return'],
    ['a resource in lower case', 'shop.v1.ReturnService', 'return'],
    ['a resource with a quote', 'shop.v1.ReturnService', 'Ret"urn'],
    ['the resource that is the service', 'shop.v1.ReturnService', 'ReturnService'],
    ['a field that there is', 'shop.v1.ReturnService', 'Parent'],
    ['a parent that is none', 'shop.v1.ReturnService', 'Return', { parent: 'orders/*' }],
    ['itself as parent', 'shop.v1.ReturnService', 'Return', { parent: 'returns' }],
    ['a plural that is none', 'shop.v1.ReturnService', 'Return', { plural: 're turns' }],
    ['no methods', 'shop.v1.ReturnService', 'Return', { methods: [] }],
    ['a very long name', `shop.v1.${'A'.repeat(300)}Service`, 'Return'],
  ];
  it.each(refused.map((row) => [row[0], row] as const))(
    'are not made with %s',
    (_, [, name, resource, more = {}]) => {
      expect(named(name, resource, more)).toHaveProperty('problem');
    },
  );
});
