// What is measured: a request, and the messages that the backend answers it with.
const money = (units) => ({ currencyCode: 'EUR', units: String(units), nanos: 990000000 });

const cup = {
  name: 'products/espresso-cup',
  displayName: 'Espresso cup, white',
  price: money(12),
  rating: 4.5,
};

const product = (n) => ({
  name: `products/p${n}`,
  displayName: `Product number ${n}`,
  description: `A fine product, with a “quoted” phrase and a longer text, as people write them: ${n}`,
  price: money(1999 + n),
  tags: ['red', 'new', 'summer-2026'],
  variants: [
    { sku: `S-${n}`, price: money(1999 + n), stock: 5, active: true },
    { sku: `M-${n}`, price: money(2099 + n), stock: 7 },
  ],
  createTime: new Date(1760000000123 + n * 1000).toISOString(),
  rating: 3.25 + (n % 7) / 4,
  labels: { team: 'catalog', tier: 'gold' },
  version: '1234567890123',
  state: 'STATE_ACTIVE',
});

const products = (count) => ({
  products: Array.from({ length: count }, (_, n) => product(n)),
  nextPageToken: 'CAoQAQ',
});

const tick = (n) => ({
  product: `products/p${n % 100}`,
  price: money(1000 + (n % 500)),
  sequence: String(n + 1),
});

const created = {
  ...product(1),
  description: 'What a shop has to say about one of its products, at some length. '.repeat(7),
};

const details = [
  {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: 'ORDER_UNKNOWN',
    domain: 'shop.example.com',
    metadata: { order: 'orders/2026-000017' },
  },
  {
    '@type': 'type.googleapis.com/google.rpc.ResourceInfo',
    resourceType: 'bench.shop.v1.Order',
    resourceName: 'orders/2026-000017',
    description: 'No such order.',
  },
];

const get = (target) => ({ httpMethod: 'GET', target });

/**
 * `messages` are those of the backend in JSON, or there is a `status`. Few connections where answers are large: 64
 * of those would measure memory. `times` as many rounds as of the others, where most targets are.
 */
export const scenarios = [
  {
    key: 'a',
    title: 'small unary GET',
    request: get('/v1/products/espresso-cup'),
    method: 'GetProduct',
    messages: [cup],
    connections: 64,
    times: 2,
  },
  {
    key: 'b',
    title: 'POST with a body of 1 KB',
    request: { httpMethod: 'POST', target: '/v1/products', body: JSON.stringify(created) },
    method: 'CreateProduct',
    messages: [cup],
    connections: 64,
  },
  {
    key: 'c',
    title: 'list of 100 products, query parameters',
    request: get(
      '/v1/products?page_size=100&filter=rating%20%3E%203&order_by=price%20desc&show_archived=true',
    ),
    method: 'ListProducts',
    messages: [products(100)],
    connections: 64,
  },
  {
    key: 'd',
    title: 'answer of 1 MB',
    request: get('/v1/products:export?page_size=2000'),
    method: 'ExportProducts',
    messages: [products(1_750)],
    connections: 8,
  },
  {
    key: 'e',
    title: 'server stream of 10,000 messages, NDJSON',
    request: { ...get('/v1/prices:watch?count=10000'), accept: 'application/x-ndjson' },
    method: 'WatchPrices',
    messages: Array.from({ length: 10_000 }, (_, n) => tick(n)),
    streams: true,
    connections: 8,
  },
  {
    key: 'f',
    title: "a's GET among 10,000 routes",
    request: get('/v1/products/espresso-cup'),
    method: 'GetProduct',
    messages: [cup],
    manyRoutes: true,
    connections: 64,
  },
  {
    key: 'g',
    title: 'NOT_FOUND with two details',
    request: get('/v1/orders/2026-000017'),
    method: 'GetOrder',
    messages: [],
    httpStatus: 404,
    status: { code: 5, message: 'Order orders/2026-000017 is not known.', details },
    connections: 64,
  },
];

/** The bytes that the load generator writes, with the header fields that a gateway asks for. */
export function requestBytes({ request: { httpMethod, target, body, accept } }, headers = []) {
  const fields = [
    'Host: gateway.example',
    'User-Agent: bench',
    `Accept: ${accept ?? 'application/json'}`,
    ...headers.map((field) => field.join(': ')),
    ...(body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return `${httpMethod} ${target} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n${body ?? ''}`;
}
