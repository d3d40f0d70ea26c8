import { describe, expect, it } from 'vitest';
import { parseTarget } from './target.js';

describe('parseTarget', () => {
  it.each([
    ['orders:50051', 'host', 'orders:50051'],
    ['Orders.Example.COM:50051', 'host', 'orders.example.com:50051'],
    ['my_service:80', 'host', 'my_service:80'],
    [' 10.0.0.1:080 ', 'host', '10.0.0.1:80'],
    ['[::1]:50051', 'host', '[::1]:50051'],
    ['[2001:DB8::A]:443', 'host', '[2001:db8::a]:443'],
    ['10.0.0.1:1,10.0.0.2:2', 'list', '10.0.0.1:1,10.0.0.2:2'],
    ['10.0.0.1:1, 10.0.0.2:2', 'list', '10.0.0.1:1,10.0.0.2:2'],
    ['[::1]:1,[::2]:2', 'list', '[::1]:1,[::2]:2'],
    ['dns:///orders:50051', 'dns', 'dns:///orders:50051'],
    ['dns:orders:50051', 'dns', 'dns:///orders:50051'],
    ['DNS:///Orders:50051', 'dns', 'dns:///orders:50051'],
    ['unix:/run/a.sock', 'unix', 'unix:/run/a.sock'],
    ['unix:///run/a.sock', 'unix', 'unix:/run/a.sock'],
    ['unix:a.sock', 'unix', 'unix:a.sock'],
    ['xds:///orders.shop.svc:50051', 'xds', 'xds:///orders.shop.svc:50051'],
    ['XDS:///Orders', 'xds', 'xds:///Orders'],
    ['xds:50051', 'host', 'xds:50051'],
  ])('%s is a %s target written %s', (text, kind, canonical) => {
    const target = parseTarget(text);
    expect(target).toMatchObject({ kind, text: canonical });
    expect(parseTarget(canonical)).toEqual(target);
  });

  it.each([
    ['', 'host:port'],
    ['orders', 'host:port'],
    ['orders:', 'host:port'],
    [':50051', 'host:port'],
    ['orders:0', 'between 1 and 65535'],
    ['orders:65536', 'between 1 and 65535'],
    ['orders:http', 'host:port'],
    ['::1', '[::1]:port'],
    ['[orders]:1', 'not an IPv6 address'],
    ['[fe80::1%eth0]:1', 'not an IPv6 address'],
    ['256.1.1.1:1', 'not an IPv4 address'],
    ['a b:1', 'not a host name'],
    ['orders:1/path', 'host:port'],
    ['http://orders:1', 'unknown scheme "http"'],
    ['xds:orders:1/x', 'xds:///name'],
    ['xds://authority/orders', 'xds:///name'],
    ['a:1,b:2', 'IP addresses only'],
    ['10.0.0.1:1,[::1]:1', 'one family'],
    ['10.0.0.1:1,', 'host:port'],
    ['dns://8.8.8.8/orders:1', 'DNS server'],
    ['dns:///orders', 'host:port'],
    ['unix:', 'no socket'],
    ['unix://host/path', 'no socket'],
    ['unix:/run/', 'no socket'],
  ])('%j is refused: %s', (text, problem) => {
    expect(parseTarget(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
