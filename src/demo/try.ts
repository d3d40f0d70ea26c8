import { clerkKey } from './keys.js';

/** Something to try, and the line for it. */
export interface DemoTry {
  readonly title: string;
  /** One line for a shell; it ends by itself and can be repeated. */
  readonly curl: string;
}

/** What `npm start` prints for a gateway at `baseUrl`, such as "http://127.0.0.1:8080". */
export function demoTry(baseUrl: string): DemoTry[] {
  const v1 = `${baseUrl}/v1`;
  const json = "-H 'content-type: application/json'";
  const ndjson = "-H 'content-type: application/x-ndjson'";
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>';
  const query = 'tags=coffee&price.min.currency_code=EUR&price.min.units=20&rated=true&order_by=title';
  return [
    { title: 'A page of products', curl: `curl '${v1}/products?page_size=3'` },
    { title: 'Conditions of every kind', curl: `curl '${v1}/products?${query}'` },
    { title: 'One product', curl: `curl '${v1}/products/espresso-cup'` },
    {
      title: 'Several at once',
      curl: `curl '${v1}/products:batchGet?names=products/moka-pot&names=products/wool-scarf'`,
    },
    {
      title: 'Add a product',
      curl: `curl '${v1}/products?product_id=tea-tin' ${json} -d '{"title":"Tea tin","brand":"brands/umibozu"}'`,
    },
    {
      title: 'Change two fields; the rest stays',
      curl: `curl -X PATCH '${v1}/products/espresso-cup' ${json} -d '{"title":"Große Espressotasse","packSize":2}'`,
    },
    {
      title: 'What is not for everybody: 401 without a key',
      curl: `curl -i -X DELETE '${v1}/products/tea-tin'`,
    },
    {
      title: 'The same by who may',
      curl: `curl -i -X DELETE '${v1}/products/tea-tin' -H 'x-api-key: ${clerkKey}'`,
    },
    {
      title: 'A rule of a field (buf.validate) that is broken',
      curl: `curl '${v1}/orders?page_size=1000'`,
    },
    { title: 'An answer out of the cache, the second time', curl: `curl -i '${v1}/brands'` },
    {
      title: 'Import products from a stream of lines',
      curl: `printf '{"name":"products/mug","title":"Mug"}\\n{"name":"products/no-title"}\\n' | curl '${v1}/products:import' ${ndjson} --data-binary @-`,
    },
    {
      title: 'Store a picture',
      curl: `printf '${svg}' | curl -X PUT '${v1}/products/moka-pot/image' -H 'content-type: image/svg+xml' --data-binary @-`,
    },
    { title: 'And get it back', curl: `curl -i '${v1}/products/moka-pot/image'` },
    {
      title: 'Stock that runs out, in every warehouse',
      curl: `curl '${v1}/warehouses/-/stock?below_reorder_point=true&page_size=2'`,
    },
    {
      title: 'Add up a basket in yen',
      curl: `curl '${v1}/baskets:quote' ${json} -d '{"lines":[{"product":"products/sencha-100g","quantity":12}],"currencyCode":"JPY","country":"COUNTRY_JP","coupon":"ようこそ"}'`,
    },
    {
      title: 'Cancel an order (again: an error with details)',
      curl: `curl '${v1}/orders/1001:cancel' ${json} -d '{"reason":"two cups are enough"}'`,
    },
    { title: 'An error: the order is on its way', curl: `curl -i -X POST '${v1}/orders/1002:cancel'` },
    {
      title: 'Watch orders as Server-Sent Events',
      curl: `curl -N '${v1}/orders:watch?max_events=4' -H 'accept: text/event-stream'`,
    },
    {
      title: 'Watch prices as lines of JSON',
      curl: `curl -N '${v1}/prices:watch?products=products/moka-pot&currency_code=BRL&interval=0.2s&max_ticks=5'`,
    },
    { title: 'Orders as a file', curl: `curl -i '${v1}/orders:export'` },
    {
      title: 'One page out of three services',
      curl: `curl '${baseUrl}/storefront/espresso-cup?currency=JPY'`,
    },
  ];
}
