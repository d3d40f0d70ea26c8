import {
  ListProductsRequest,
  type ListProductsResponse,
  type Product,
  Product_State,
} from '../../gen/ts/shop/catalog/v1/catalog.js';
import { Country } from '../../gen/ts/shop/type/v1/country.js';
import { applyReadMask } from './field-mask.js';
import { parseFilter } from './filter.js';
import { nanosOf } from './money.js';
import { sorted } from './order-by.js';
import { paginate } from './paging.js';
import { invalid } from './problem.js';
import type { ResourceType } from './resource-type.js';

type Condition = (product: Product) => boolean;

/** CatalogService.ListProducts over all products of the store. */
export function listProducts(
  type: ResourceType<Product>,
  products: readonly Product[],
  request: ListProductsRequest,
): ListProductsResponse {
  const conditions = [parseFilter(type, request.filter), ...conditionsOf(request)];
  const found = products.filter((product) => conditions.every((holds) => holds(product)));
  const page = paginate(sorted(type, found, request.orderBy), request, ListProductsRequest);
  return {
    products: page.items.map((product) => applyReadMask(type, product, request.readMask)),
    nextPageToken: page.nextPageToken,
    totalSize: page.totalSize,
  };
}

/** The conditions that the request has fields for; an absent field is no condition. */
function conditionsOf(request: ListProductsRequest): Condition[] {
  const { brand, categories, tags, createdAfter, maxLeadTime, rated, minRating, shipsTo } = request;
  const digest = request.dataSheetDigest;
  const labels = Object.entries(request.labels);
  const weight = request.maxWeightGrams;
  const table: readonly (readonly [given: boolean, condition: Condition])[] = [
    [!request.showInactive, ({ state }) => state === Product_State.STATE_ACTIVE],
    [brand !== '', (product) => product.brand === brand],
    [categories.length > 0, (product) => categories.includes(product.category)],
    [tags.length > 0, (product) => tags.every((tag) => product.tags.includes(tag))],
    [
      createdAfter !== undefined,
      ({ createTime }) => createTime !== undefined && createTime >= (createdAfter ?? createTime),
    ],
    [
      maxLeadTime !== undefined,
      ({ leadTime }) => leadTime === undefined || leadTime.seconds <= (maxLeadTime?.seconds ?? 0n),
    ],
    [rated !== undefined, ({ rating }) => (rating !== undefined) === rated],
    [minRating !== undefined, ({ rating }) => rating !== undefined && rating >= (minRating ?? 0)],
    [true, ({ itemNumber }) => itemNumber > request.afterItemNumber],
    [digest.length > 0, (product) => product.dataSheetDigest.equals(digest)],
    [labels.length > 0, (product) => labels.every(([key, value]) => product.labels[key] === value)],
    [
      shipsTo !== Country.COUNTRY_UNSPECIFIED,
      (product) => product.shipsTo.length === 0 || product.shipsTo.includes(shipsTo),
    ],
    [
      weight !== undefined,
      ({ delivery }) => delivery?.$case !== 'shipping' || delivery.shipping.weightGrams <= (weight ?? 0),
    ],
    [request.price !== undefined, inRange(request)],
  ];
  return table.filter(([given]) => given).map(([, condition]) => condition);
}

function inRange({ price }: ListProductsRequest): Condition {
  const [min, max] = [price?.min, price?.max];
  if (min !== undefined && max !== undefined && min.currencyCode !== max.currencyCode) {
    throw invalid('price.max.currency_code', 'must be that of price.min');
  }
  const currency = (min ?? max)?.currencyCode;
  return ({ listPrice }) =>
    currency === undefined ||
    (listPrice?.currencyCode === currency &&
      (min === undefined || nanosOf(listPrice) >= nanosOf(min)) &&
      (max === undefined || nanosOf(listPrice) <= nanosOf(max)));
}
