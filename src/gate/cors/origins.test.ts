import { describe, expect, it } from 'vitest';
import { allowedOrigins } from './origins.js';

describe('origins', () => {
  const allows = (texts: readonly string[], origin: string): boolean => {
    const compiled = allowedOrigins(texts);
    if ('problems' in compiled) throw new Error(compiled.problems.join());
    return compiled.allows(origin);
  };

  it.each<[string, string[], string[]]>([
    [
      'https://shop.example',
      ['https://shop.example'],
      [
        'http://shop.example',
        'https://shop.example:443',
        'https://shop.example:8443',
        'https://shop.example.',
        'https://shop.example/',
        'https://SHOP.example',
        'https://a.shop.example',
        'https://shop.example.evil.example',
        'https://evilshop.example',
        'null',
        '',
        '*',
      ],
    ],
    [
      'https://*.shop.example',
      ['https://a.shop.example', 'https://a.b.shop.example', 'https://xn--bcher-kva.shop.example'],
      [
        'https://shop.example',
        'https://.shop.example',
        'https://evilshop.example',
        'https://evil.example/.shop.example',
        'https://evil.example?.shop.example',
        'https://evil.example#.shop.example',
        'https://evil.example:1.shop.example',
        'https://u@evil.example\\.shop.example',
        'https://a..shop.example',
        'https://.a.shop.example',
        'https://*.shop.example',
        'https://a.shop.example.evil.example',
        'https://a.shop.example:8443',
        'https://A.shop.example',
        'http://a.shop.example',
        'https://a.shop.example.',
        'null',
      ],
    ],
    [
      'http://*.shop.example:8080',
      ['http://a.shop.example:8080'],
      ['http://a.shop.example', 'http://a.shop.example:80801', 'http://a.shop.example:18080'],
    ],
    ['http://localhost:3000', ['http://localhost:3000'], ['http://localhost', 'http://localhost:30001']],
    ['http://[::1]:3000', ['http://[::1]:3000'], ['http://[::1]']],
    ['capacitor://localhost', ['capacitor://localhost'], ['capacitor://evil']],
  ])('%s', (text, allowed, others) => {
    expect(allowed.filter((origin) => !allows([text], origin))).toEqual([]);
    expect(others.filter((origin) => allows([text], origin))).toEqual([]);
  });

  it.each([
    'null',
    '',
    'shop.example',
    'https://',
    'https://shop.example/',
    'https://shop.example/path',
    'https://shop.example:443',
    'https://Shop.example',
    'https://bücher.example',
    'https://user@shop.example',
    'https://*',
    'https://*.',
    'https://*.com',
    'https://*shop.example',
    'https://a.*.shop.example',
    'https://shop.*',
    'https://*.*.shop.example',
    '*.shop.example',
    'https://shop.example https://b.example',
  ])('%j is none', (text) => {
    const compiled = allowedOrigins(['https://a.example', text]);
    expect('problems' in compiled ? compiled.problems : []).toHaveLength(1);
  });

  it('a long name is compared in no time', () => {
    const long = `https://${'a-'.repeat(8_000)}!.shop.example`;
    const started = process.cpuUsage();
    expect(allows(['https://*.shop.example'], long)).toBe(false);
    const { user, system } = process.cpuUsage(started);
    expect(user + system).toBeLessThan(50_000);
  });
});
