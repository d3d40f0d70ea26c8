// Made by protoc-gen-propylon; not to be edited.
import { type Body, type CallOptions, type ClientOptions, bind, clientStream, download, pages, unary, upload } from './runtime.js';

export { type CallOptions, type ClientOptions, type ErrorDetail, StatusError } from './runtime.js';

export interface ListProductsRequest {
  /** At most this many products, 1 to 100; 0 means 20. */
  pageSize?: number;
  /** `next_page_token` of the page before; every other field must be as it was there. */
  pageToken?: string;
  /** Comparisons joined by AND, such as `brand = "brands/umibozu" AND title : "kettle"`. */
  filter?: string;
  /** Fields to sort by, such as "title" or "list_price desc, title". */
  orderBy?: string;
  /** The fields to return; absent means all. */
  readMask?: string;
  /** Only products of this brand. */
  brand?: string;
  /** Only products in one of these categories. */
  categories?: Category[];
  /** Only products that have every one of these tags. */
  tags?: string[];
  /** Only products with a list price in this range, compared in its currency only. */
  price?: MoneyRange;
  /** Only products added at or after this time. */
  createdAfter?: string;
  /** Only products that are back within this time. */
  maxLeadTime?: string;
  /** Only products with, or only those without, a rating. */
  rated?: boolean | null;
  /** Only products rated at least so. */
  minRating?: number | "NaN" | "Infinity" | "-Infinity" | null;
  /** Also drafts and retired products. */
  showInactive?: boolean;
  /** Only products with a greater number in the shop's books. */
  afterItemNumber?: string;
  /** Only products whose data sheet has this SHA-256. */
  dataSheetDigest?: string;
  /** Only products with every one of these labels. */
  labels?: { [key: string]: string };
  /** Only products that can be sent to this country. */
  shipsTo?: Country;
  /** Only products of at most this packed weight in grams. */
  maxWeightGrams?: number;
}

/**
 * Lists products, a page at a time.
 *
 * `GET /v1/products`
 */
export const listProducts = /* @__PURE__ */ unary<ListProductsRequest, ListProductsResponse>('GET', '/v1/products', undefined, {"maps":["labels"]});

/** Every element of every page of listProducts. */
export const listAllProducts = /* @__PURE__ */ pages(listProducts, 'products');

export interface ListProducts2Request {
  /** At most this many products, 1 to 100; 0 means 20. */
  pageSize?: number;
  /** `next_page_token` of the page before; every other field must be as it was there. */
  pageToken?: string;
  /** Comparisons joined by AND, such as `brand = "brands/umibozu" AND title : "kettle"`. */
  filter?: string;
  /** Fields to sort by, such as "title" or "list_price desc, title". */
  orderBy?: string;
  /** The fields to return; absent means all. */
  readMask?: string;
  /** Only products of this brand. */
  brand: string;
  /** Only products in one of these categories. */
  categories?: Category[];
  /** Only products that have every one of these tags. */
  tags?: string[];
  /** Only products with a list price in this range, compared in its currency only. */
  price?: MoneyRange;
  /** Only products added at or after this time. */
  createdAfter?: string;
  /** Only products that are back within this time. */
  maxLeadTime?: string;
  /** Only products with, or only those without, a rating. */
  rated?: boolean | null;
  /** Only products rated at least so. */
  minRating?: number | "NaN" | "Infinity" | "-Infinity" | null;
  /** Also drafts and retired products. */
  showInactive?: boolean;
  /** Only products with a greater number in the shop's books. */
  afterItemNumber?: string;
  /** Only products whose data sheet has this SHA-256. */
  dataSheetDigest?: string;
  /** Only products with every one of these labels. */
  labels?: { [key: string]: string };
  /** Only products that can be sent to this country. */
  shipsTo?: Country;
  /** Only products of at most this packed weight in grams. */
  maxWeightGrams?: number;
}

/**
 * Lists products, a page at a time.
 *
 * `GET /v1/{brand=brands/*}/products`
 */
export const listProducts2 = /* @__PURE__ */ unary<ListProducts2Request, ListProductsResponse>('GET', '/v1/{brand=brands/*}/products', undefined, {"maps":["labels"]});

/** Every element of every page of listProducts2. */
export const listAllProducts2 = /* @__PURE__ */ pages(listProducts2, 'products');

export interface GetProductRequest {
  /** "products/*". */
  name: string;
}

/**
 * Returns one product.
 *
 * `GET /v1/{name=products/*}`
 */
export const getProduct = /* @__PURE__ */ unary<GetProductRequest, Product>('GET', '/v1/{name=products/*}');

export interface BatchGetProductsRequest {
  /** "products/*", at most 100. */
  names: string[];
}

/**
 * Returns several products in the order of their names; one missing name fails the whole call.
 *
 * `GET /v1/products:batchGet`
 */
export const batchGetProducts = /* @__PURE__ */ unary<BatchGetProductsRequest, BatchGetProductsResponse>('GET', '/v1/products:batchGet');

export interface BatchGetProducts2Request {
  /** "products/*", at most 100. */
  names: string[];
}

/**
 * Returns several products in the order of their names; one missing name fails the whole call.
 *
 * `POST /v1/products:batchGet`
 */
export const batchGetProducts2 = /* @__PURE__ */ unary<BatchGetProducts2Request, BatchGetProductsResponse>('POST', '/v1/products:batchGet', '*');

export interface LookupProductRequest {
  /** Bar code. */
  ean?: string;
  /** Number in the shop's books. */
  itemNumber?: string;
}

/**
 * Finds a product by the number that is printed on it.
 *
 * `GET /v1/products:lookup`
 */
export const lookupProduct = /* @__PURE__ */ unary<LookupProductRequest, Product>('GET', '/v1/products:lookup');

export interface LookupProduct2Request {
  /** Bar code. */
  ean: string;
}

/**
 * Finds a product by the number that is printed on it.
 *
 * `GET /v1/eans/{ean}`
 */
export const lookupProduct2 = /* @__PURE__ */ unary<LookupProduct2Request, Product>('GET', '/v1/eans/{ean}');

export interface LookupProduct3Request {
  /** Number in the shop's books. */
  itemNumber: string;
}

/**
 * Finds a product by the number that is printed on it.
 *
 * `GET /v1/itemNumbers/{item_number}`
 */
export const lookupProduct3 = /* @__PURE__ */ unary<LookupProduct3Request, Product>('GET', '/v1/itemNumbers/{itemNumber}');

export interface CreateProductRequest {
  /** The id in its name: 3 to 63 of a-z, 0-9 and "-"; absent means the shop makes one of the title. */
  productId?: string;
  /** The product; its name is ignored. */
  product: Product;
  /** Only check, and answer what would have been stored. */
  validateOnly?: boolean;
}

/**
 * Adds a product.
 *
 * `POST /v1/products`
 */
export const createProduct = /* @__PURE__ */ unary<CreateProductRequest, Product>('POST', '/v1/products', 'product');

export interface UpdateProductRequest {
  /** The new values, and the name of the product. */
  product: ProductPatch & { name: string };
  /** The fields to change; absent means every field that has a value. */
  updateMask?: string;
  /** Add the product when it does not exist. */
  allowMissing?: boolean;
}

/**
 * Changes the fields of a product that the mask names.
 *
 * `PATCH /v1/{product.name=products/*}`
 */
export const updateProduct = /* @__PURE__ */ unary<UpdateProductRequest, Product>('PATCH', '/v1/{product.name=products/*}', 'product');

export interface DeleteProductRequest {
  /** "products/*". */
  name: string;
  /** When given, the version that is to be removed. */
  etag?: string;
}

/**
 * Removes a product and its picture.
 *
 * `DELETE /v1/{name=products/*}`
 */
export const deleteProduct = /* @__PURE__ */ unary<DeleteProductRequest, Record<string, never>>('DELETE', '/v1/{name=products/*}');

export interface ImportProductsParameters {
  /** Only check; taken from the first message. */
  validateOnly?: boolean;
}

/**
 * Adds many products in one call, a message each; a product that is refused does not stop the others.
 *
 * `POST /v1/products:import`
 */
export const importProducts = /* @__PURE__ */ clientStream<ImportProductsParameters, Product, ImportProductsResponse>('POST', '/v1/products:import', 'product');

export interface UploadProductImageRequest {
  /** "products/*\/image". */
  name: string;
}

/**
 * Stores the picture of a product, replacing an older one.
 *
 * `PUT /v1/{name=products/*\/image}`
 */
export const uploadProductImage = /* @__PURE__ */ upload<UploadProductImageRequest, ProductImage>('PUT', '/v1/{name=products/*/image}', 'image');

export interface UploadProductImage2Request {
  /** "products/*\/image". */
  name: string;
}

/**
 * Stores the picture of a product, replacing an older one.
 *
 * `POST /v1/{name=products/*\/image}`
 */
export const uploadProductImage2 = /* @__PURE__ */ upload<UploadProductImage2Request, ProductImage>('POST', '/v1/{name=products/*/image}', 'image');

export interface DownloadProductImageRequest {
  /** "products/*\/image". */
  name: string;
}

/**
 * Returns the picture of a product, in the format in which it was stored.
 *
 * `GET /v1/{name=products/*\/image}`
 */
export const downloadProductImage = /* @__PURE__ */ download<DownloadProductImageRequest>('GET', '/v1/{name=products/*/image}');

export interface ListBrandsRequest {
  /** Only brands at home in one of these countries. */
  countries?: Country[];
}

/**
 * Lists every brand; over HTTP the answer is the bare array.
 *
 * `GET /v1/brands`
 */
export const listBrands = /* @__PURE__ */ unary<ListBrandsRequest, Brand[]>('GET', '/v1/brands');

/** The products of the shop. */
export interface CatalogServiceClient {
  /**
   * Lists products, a page at a time.
   *
   * `GET /v1/products`
   */
  listProducts(request?: ListProductsRequest, options?: CallOptions): Promise<ListProductsResponse>;
  /** Every element of every page of listProducts. */
  listAllProducts(request?: ListProductsRequest, options?: CallOptions): ReturnType<typeof listAllProducts>;
  /**
   * Lists products, a page at a time.
   *
   * `GET /v1/{brand=brands/*}/products`
   */
  listProducts2(request: ListProducts2Request, options?: CallOptions): Promise<ListProductsResponse>;
  /** Every element of every page of listProducts2. */
  listAllProducts2(request: ListProducts2Request, options?: CallOptions): ReturnType<typeof listAllProducts2>;
  /**
   * Returns one product.
   *
   * `GET /v1/{name=products/*}`
   */
  getProduct(request: GetProductRequest, options?: CallOptions): Promise<Product>;
  /**
   * Returns several products in the order of their names; one missing name fails the whole call.
   *
   * `GET /v1/products:batchGet`
   */
  batchGetProducts(request: BatchGetProductsRequest, options?: CallOptions): Promise<BatchGetProductsResponse>;
  /**
   * Returns several products in the order of their names; one missing name fails the whole call.
   *
   * `POST /v1/products:batchGet`
   */
  batchGetProducts2(request: BatchGetProducts2Request, options?: CallOptions): Promise<BatchGetProductsResponse>;
  /**
   * Finds a product by the number that is printed on it.
   *
   * `GET /v1/products:lookup`
   */
  lookupProduct(request?: LookupProductRequest, options?: CallOptions): Promise<Product>;
  /**
   * Finds a product by the number that is printed on it.
   *
   * `GET /v1/eans/{ean}`
   */
  lookupProduct2(request: LookupProduct2Request, options?: CallOptions): Promise<Product>;
  /**
   * Finds a product by the number that is printed on it.
   *
   * `GET /v1/itemNumbers/{item_number}`
   */
  lookupProduct3(request: LookupProduct3Request, options?: CallOptions): Promise<Product>;
  /**
   * Adds a product.
   *
   * `POST /v1/products`
   */
  createProduct(request: CreateProductRequest, options?: CallOptions): Promise<Product>;
  /**
   * Changes the fields of a product that the mask names.
   *
   * `PATCH /v1/{product.name=products/*}`
   */
  updateProduct(request: UpdateProductRequest, options?: CallOptions): Promise<Product>;
  /**
   * Removes a product and its picture.
   *
   * `DELETE /v1/{name=products/*}`
   */
  deleteProduct(request: DeleteProductRequest, options?: CallOptions): Promise<Record<string, never>>;
  /**
   * Adds many products in one call, a message each; a product that is refused does not stop the others.
   *
   * `POST /v1/products:import`
   */
  importProducts(request: ImportProductsParameters, messages: AsyncIterable<Product> | Iterable<Product>, options?: CallOptions): Promise<ImportProductsResponse>;
  /**
   * Stores the picture of a product, replacing an older one.
   *
   * `PUT /v1/{name=products/*\/image}`
   */
  uploadProductImage(request: UploadProductImageRequest, body: Body, options?: CallOptions): Promise<ProductImage>;
  /**
   * Stores the picture of a product, replacing an older one.
   *
   * `POST /v1/{name=products/*\/image}`
   */
  uploadProductImage2(request: UploadProductImage2Request, body: Body, options?: CallOptions): Promise<ProductImage>;
  /**
   * Returns the picture of a product, in the format in which it was stored.
   *
   * `GET /v1/{name=products/*\/image}`
   */
  downloadProductImage(request: DownloadProductImageRequest, options?: CallOptions): Promise<Response>;
  /**
   * Lists every brand; over HTTP the answer is the bare array.
   *
   * `GET /v1/brands`
   */
  listBrands(request?: ListBrandsRequest, options?: CallOptions): Promise<Brand[]>;
}

/** The functions of shop.catalog.v1.CatalogService, with where they go to already said. */
export const createCatalogServiceClient = (options: ClientOptions): CatalogServiceClient =>
  bind(options, { listProducts, listAllProducts, listProducts2, listAllProducts2, getProduct, batchGetProducts, batchGetProducts2, lookupProduct, lookupProduct2, lookupProduct3, createProduct, updateProduct, deleteProduct, importProducts, uploadProductImage, uploadProductImage2, downloadProductImage, listBrands }) as CatalogServiceClient;

/**
 * The `Status` type defines a logical error model that is suitable for
 * different programming environments, including REST APIs and RPC APIs. It is
 * used by [gRPC](https://github.com/grpc). Each `Status` message contains
 * three pieces of data: error code, error message, and error details.
 *
 * You can find out more about this error model and how to work with it in the
 * [API Design Guide](https://cloud.google.com/apis/design/errors).
 */
export type Status = {
  /**
   * The status code, which should be an enum value of
   * `google.rpc.Code`.
   */
  code?: number;
  /**
   * A developer-facing error message, which should be in English. Any
   * user-facing error message should be localized and sent in the
   * `google.rpc.Status.details` field, or localized
   * by the client.
   */
  message?: string;
  /**
   * A list of messages that carry the error details.  There is a common set of
   * message types for APIs to use.
   */
  details?: ({
    /** The type of the message: `type.googleapis.com/` and its full name. */
    "@type"?: string;
  } & { [key: string]: unknown })[];
};

/** Represents an amount of money with its currency type. */
export interface Money {
  /** The three-letter currency code defined in ISO 4217. */
  currencyCode?: string;
  /**
   * The whole units of the amount.
   * For example if `currencyCode` is `"USD"`, then 1 unit is one US dollar.
   */
  units?: string;
  /**
   * Number of nano (10^-9) units of the amount.
   * The value must be between -999,999,999 and +999,999,999 inclusive.
   * If `units` is positive, `nanos` must be positive or zero.
   * If `units` is zero, `nanos` can be positive, zero, or negative.
   * If `units` is negative, `nanos` must be negative or zero.
   * For example $-1.75 is represented as `units`=-1 and `nanos`=-750,000,000.
   */
  nanos?: number;
}

/** The products asked for. */
export interface BatchGetProductsResponse {
  /** In the order of the names. */
  products?: Product[];
}

/** A maker of products. */
export interface Brand {
  /** "brands/" and the id. */
  name?: string;
  /** The name people know. */
  displayName?: string;
  /** Where it is at home. */
  country?: Country;
}

/**
 * What kind of thing a product is.
 *
 * - `CATEGORY_UNSPECIFIED`: Not said.
 * - `CATEGORY_KITCHEN`: Pots, cups, machines.
 * - `CATEGORY_DRINKS`: Tea and coffee.
 * - `CATEGORY_STATIONERY`: Paper, pens, ink.
 * - `CATEGORY_BOOKS`: Books, printed or not.
 * - `CATEGORY_CLOTHING`: Clothes.
 */
export type Category = "CATEGORY_UNSPECIFIED" | "CATEGORY_KITCHEN" | "CATEGORY_DRINKS" | "CATEGORY_STATIONERY" | "CATEGORY_BOOKS" | "CATEGORY_CLOTHING";

/** How an import went. */
export interface ImportProductsResponse {
  /** Number of products added. */
  importedCount?: string;
  /** The products that were not. */
  failures?: ImportProductsResponseFailure[];
}

/** A product that was not added. */
export interface ImportProductsResponseFailure {
  /** Its place in the stream, from 0. */
  index?: string;
  /** Why. */
  status?: Status;
}

/** A page of products. */
export interface ListProductsResponse {
  /** The products. */
  products?: Product[];
  /** Give it as `page_token` to get the next page; empty on the last. */
  nextPageToken?: string;
  /** Number of products on all pages. */
  totalSize?: number;
}

/**
 * A thing that the shop sells.
 *
 * At most one of `shipping`, `download`.
 */
export interface Product {
  /** "products/" and the id. */
  name?: string;
  /** Title in the shop's main language. */
  title: string;
  /** Titles by language, BCP 47. */
  localizedTitles?: { [key: string]: string };
  /** Prose, plain text. */
  description?: string;
  /** The brand, "brands/" and the id. */
  brand?: string;
  /** What kind of thing it is. */
  category?: Category;
  /** Whether customers can buy it. */
  state?: ProductState;
  /** Words to find it by. */
  tags?: string[];
  /** Price before taxes and discounts. */
  listPrice?: Money;
  /** Countries it can be sent to; empty means every one. */
  shipsTo?: Country[];
  /** By parcel. */
  shipping?: ProductShipping;
  /** By download. */
  download?: ProductDownload;
  /** How long it takes to restock when it has run out. */
  leadTime?: string;
  /** Average of the customers' ratings, 1 to 5; absent until somebody rated it. */
  rating?: number | "NaN" | "Infinity" | "-Infinity" | null;
  /** Facts without a field of their own, such as {"power": {"watts": 1350}}. */
  attributes?: { [key: string]: unknown };
  /** Bar code (EAN-13), digits only. */
  ean?: string;
  /** Number in the shop's books. */
  readonly itemNumber?: string;
  /** SHA-256 of the data sheet. */
  dataSheetDigest?: string;
  /** Labels of the shop's own, key to value. */
  labels?: { [key: string]: string };
  /** Says which version this is; a delete or change that gives another one fails. */
  etag?: string;
  /** When it was added. */
  readonly createTime?: string;
  /** When it was changed last. */
  readonly updateTime?: string;
  /** Pieces in one pack, 1 when absent. */
  packSize?: number;
}

/**
 * A thing that the shop sells.
 *
 * At most one of `shipping`, `download`.
 */
export interface ProductPatch {
  /** "products/" and the id. */
  name?: string;
  /** Title in the shop's main language. */
  title?: string;
  /** Titles by language, BCP 47. */
  localizedTitles?: { [key: string]: string };
  /** Prose, plain text. */
  description?: string;
  /** The brand, "brands/" and the id. */
  brand?: string;
  /** What kind of thing it is. */
  category?: Category;
  /** Whether customers can buy it. */
  state?: ProductState;
  /** Words to find it by. */
  tags?: string[];
  /** Price before taxes and discounts. */
  listPrice?: Money;
  /** Countries it can be sent to; empty means every one. */
  shipsTo?: Country[];
  /** By parcel. */
  shipping?: ProductShipping;
  /** By download. */
  download?: ProductDownload;
  /** How long it takes to restock when it has run out. */
  leadTime?: string;
  /** Average of the customers' ratings, 1 to 5; absent until somebody rated it. */
  rating?: number | "NaN" | "Infinity" | "-Infinity" | null;
  /** Facts without a field of their own, such as {"power": {"watts": 1350}}. */
  attributes?: { [key: string]: unknown };
  /** Bar code (EAN-13), digits only. */
  ean?: string;
  /** Number in the shop's books. */
  readonly itemNumber?: string;
  /** SHA-256 of the data sheet. */
  dataSheetDigest?: string;
  /** Labels of the shop's own, key to value. */
  labels?: { [key: string]: string };
  /** Says which version this is; a delete or change that gives another one fails. */
  etag?: string;
  /** When it was added. */
  readonly createTime?: string;
  /** When it was changed last. */
  readonly updateTime?: string;
  /** Pieces in one pack, 1 when absent. */
  packSize?: number;
}

/** Height, width and depth, packed. */
export interface ProductDimensions {
  /** Centimetres, bottom to top. */
  heightCm?: number | "NaN" | "Infinity" | "-Infinity";
  /** Centimetres, left to right. */
  widthCm?: number | "NaN" | "Infinity" | "-Infinity";
  /** Centimetres, front to back. */
  depthCm?: number | "NaN" | "Infinity" | "-Infinity";
}

/** How a digital product is delivered. */
export interface ProductDownload {
  /** Where the buyer gets it. */
  uri?: string;
  /** Size in bytes. */
  sizeBytes?: string;
}

/** How a physical product is sent. */
export interface ProductShipping {
  /** Packed weight in grams. */
  weightGrams?: number;
  /** Packed size. */
  dimensions?: ProductDimensions;
}

/**
 * Whether customers can buy a product.
 *
 * - `STATE_UNSPECIFIED`: Not said.
 * - `STATE_DRAFT`: Being written, invisible to customers.
 * - `STATE_ACTIVE`: On sale.
 * - `STATE_RETIRED`: No longer sold, kept for old orders.
 */
export type ProductState = "STATE_UNSPECIFIED" | "STATE_DRAFT" | "STATE_ACTIVE" | "STATE_RETIRED";

/** Facts about a stored picture. */
export interface ProductImage {
  /** "products/*\/image". */
  name?: string;
  /** Media type. */
  contentType?: string;
  /** Size in bytes. */
  sizeBytes?: string;
  /** SHA-256 of the bytes. */
  sha256?: string;
  /** When it was stored. */
  updateTime?: string;
}

/**
 * A country the shop delivers to.
 *
 * - `COUNTRY_UNSPECIFIED`: Not said; the shop then assumes nothing about taxes or delivery.
 * - `COUNTRY_DE`: Germany.
 * - `COUNTRY_FR`: France.
 * - `COUNTRY_JP`: Japan.
 * - `COUNTRY_BR`: Brazil.
 * - `COUNTRY_US`: The United States of America.
 * - `COUNTRY_PL`: Poland.
 */
export type Country = "COUNTRY_UNSPECIFIED" | "COUNTRY_DE" | "COUNTRY_FR" | "COUNTRY_JP" | "COUNTRY_BR" | "COUNTRY_US" | "COUNTRY_PL";

/** A range of amounts in one currency, both ends included. */
export interface MoneyRange {
  /** The lowest amount; absent means no lower end. */
  min?: Money;
  /** The highest amount; absent means no upper end. */
  max?: Money;
}

