import { createHash } from 'node:crypto';
import { type Brand, Category, Product, Product_State } from '../../gen/ts/shop/catalog/v1/catalog.js';
import { Country } from '../../gen/ts/shop/type/v1/country.js';
import { money } from './money.js';

/** The brands the shop starts with. */
export function seedBrands(): Brand[] {
  return [
    { name: 'brands/acai-norte', displayName: 'Açaí do Norte', country: Country.COUNTRY_BR },
    { name: 'brands/kaffeewerk', displayName: 'Kaffeewerk Süd', country: Country.COUNTRY_DE },
    { name: 'brands/lakeside-press', displayName: 'Lakeside Press', country: Country.COUNTRY_US },
    { name: 'brands/papier-lune', displayName: 'Papier Lune', country: Country.COUNTRY_FR },
    { name: 'brands/umibozu', displayName: '海坊主', country: Country.COUNTRY_JP },
    { name: 'brands/zlota-nic', displayName: 'Złota Nić', country: Country.COUNTRY_PL },
  ];
}

interface Row {
  readonly id: string;
  readonly title: string;
  readonly titles?: Readonly<Record<string, string>>;
  readonly brand: string;
  readonly category: Category;
  readonly cents: bigint;
  readonly grams?: number;
  readonly megabytes?: number;
  readonly tags: readonly string[];
  readonly rating?: number;
  readonly leadDays?: number;
  readonly season?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly state?: Product_State;
  readonly shipsTo?: readonly Country[];
}

const rows: readonly Row[] = [
  {
    id: 'espresso-cup',
    title: 'Espresso cup',
    titles: { de: 'Espressotasse', fr: 'Tasse à espresso', ja: 'エスプレッソカップ' },
    brand: 'kaffeewerk',
    category: Category.CATEGORY_KITCHEN,
    cents: 1250n,
    grams: 180,
    tags: ['coffee', 'porcelain'],
    rating: 4.6,
    leadDays: 5,
    attributes: { volumeMl: 80, dishwasher: true, colours: ['white', 'sky blue'] },
  },
  {
    id: 'moka-pot',
    title: 'Moka pot',
    titles: { de: 'Espressokocher', pl: 'Kawiarka' },
    brand: 'kaffeewerk',
    category: Category.CATEGORY_KITCHEN,
    cents: 3490n,
    grams: 720,
    tags: ['coffee', 'steel'],
    rating: 4.2,
    leadDays: 10,
    attributes: { cups: 4, induction: false },
  },
  {
    id: 'pour-over-kettle',
    title: 'Pour-over kettle',
    titles: { ja: 'ドリップケトル', 'pt-BR': 'Chaleira de bico' },
    brand: 'umibozu',
    category: Category.CATEGORY_KITCHEN,
    cents: 8900n,
    grams: 1100,
    tags: ['coffee', 'tea', 'steel'],
    rating: 4.9,
    leadDays: 21,
    attributes: { power: { watts: 1350, volts: 230 } },
  },
  {
    id: 'matcha-whisk',
    title: 'Matcha whisk',
    titles: { ja: '茶筅' },
    brand: 'umibozu',
    category: Category.CATEGORY_KITCHEN,
    cents: 2400n,
    grams: 40,
    tags: ['tea', 'bamboo'],
    rating: 4.4,
    leadDays: 30,
  },
  {
    id: 'sencha-100g',
    title: 'Sencha, 100 g',
    titles: { ja: '煎茶 100g', de: 'Sencha, 100 g' },
    brand: 'umibozu',
    category: Category.CATEGORY_DRINKS,
    cents: 1400n,
    grams: 130,
    tags: ['tea', 'organic'],
    rating: 4.7,
    leadDays: 14,
    season: 'spring',
  },
  {
    id: 'acai-powder',
    title: 'Açaí em pó',
    titles: { en: 'Açaí powder' },
    brand: 'acai-norte',
    category: Category.CATEGORY_DRINKS,
    cents: 1890n,
    grams: 260,
    tags: ['organic'],
    leadDays: 25,
    season: 'summer',
    shipsTo: [Country.COUNTRY_BR, Country.COUNTRY_US, Country.COUNTRY_FR],
  },
  {
    id: 'fountain-pen',
    title: 'Plume à réservoir',
    titles: { en: 'Fountain pen', ja: '万年筆' },
    brand: 'papier-lune',
    category: Category.CATEGORY_STATIONERY,
    cents: 6400n,
    grams: 60,
    tags: ['writing', 'gift'],
    rating: 4.8,
    leadDays: 7,
  },
  {
    id: 'indigo-ink',
    title: 'Encre indigo, 50 ml',
    titles: { en: 'Indigo ink, 50 ml' },
    brand: 'papier-lune',
    category: Category.CATEGORY_STATIONERY,
    cents: 990n,
    grams: 150,
    tags: ['writing'],
    rating: 4.1,
    leadDays: 7,
  },
  {
    id: 'field-notebook',
    title: 'Field notebook',
    brand: 'lakeside-press',
    category: Category.CATEGORY_STATIONERY,
    cents: 1150n,
    grams: 210,
    tags: ['writing', 'paper', 'gift'],
    leadDays: 12,
  },
  {
    id: 'coffee-atlas',
    title: 'An Atlas of Coffee',
    titles: { de: 'Ein Atlas des Kaffees' },
    brand: 'lakeside-press',
    category: Category.CATEGORY_BOOKS,
    cents: 2200n,
    megabytes: 48,
    tags: ['coffee', 'digital'],
    rating: 3.9,
  },
  {
    id: 'linen-apron',
    title: 'Fartuch lniany',
    titles: { en: 'Linen apron', de: 'Leinenschürze' },
    brand: 'zlota-nic',
    category: Category.CATEGORY_CLOTHING,
    cents: 3900n,
    grams: 320,
    tags: ['linen', 'gift'],
    rating: 4.5,
    leadDays: 9,
  },
  {
    id: 'wool-scarf',
    title: 'Szalik wełniany',
    titles: { en: 'Wool scarf' },
    brand: 'zlota-nic',
    category: Category.CATEGORY_CLOTHING,
    cents: 5200n,
    grams: 250,
    tags: ['wool', 'gift'],
    rating: 4.3,
    leadDays: 9,
    season: 'winter',
  },
  {
    id: 'drip-scale',
    title: 'Drip scale',
    brand: 'umibozu',
    category: Category.CATEGORY_KITCHEN,
    cents: 4500n,
    grams: 400,
    tags: ['coffee'],
    state: Product_State.STATE_DRAFT,
  },
  {
    id: 'hand-grinder',
    title: 'Handmühle „Mahlzeit“',
    titles: { en: 'Hand grinder' },
    brand: 'kaffeewerk',
    category: Category.CATEGORY_KITCHEN,
    cents: 7900n,
    grams: 640,
    tags: ['coffee', 'steel'],
    rating: 4.0,
    state: Product_State.STATE_RETIRED,
  },
];

const day = 86_400;

/** The products the shop starts with, the same at every start. Their etags are the store's work. */
export function seedProducts(): Product[] {
  return rows.map((row, index) => {
    const added = new Date(Date.UTC(2026, 0, 5 + 7 * index, 9, 30));
    return Product.fromPartial({
      name: `products/${row.id}`,
      title: row.title,
      localizedTitles: { ...row.titles },
      brand: `brands/${row.brand}`,
      category: row.category,
      state: row.state ?? Product_State.STATE_ACTIVE,
      tags: [...row.tags],
      listPrice: money('EUR', row.cents * 10_000_000n),
      shipsTo: [...(row.shipsTo ?? [])],
      ...(row.grams === undefined
        ? {}
        : { delivery: { $case: 'shipping' as const, shipping: { weightGrams: row.grams } } }),
      ...(row.megabytes === undefined
        ? {}
        : {
            delivery: {
              $case: 'download' as const,
              download: {
                uri: `https://downloads.shop.example.com/${row.id}`,
                sizeBytes: BigInt(row.megabytes) * 1_000_000n,
              },
            },
          }),
      ...(row.leadDays === undefined ? {} : { leadTime: { seconds: BigInt(row.leadDays * day), nanos: 0 } }),
      ...(row.rating === undefined ? {} : { rating: row.rating }),
      ...(row.attributes === undefined ? {} : { attributes: { ...row.attributes } }),
      ean: `40${String(1_000_000_007 * (index + 3))
        .padStart(11, '0')
        .slice(-11)}`,
      itemNumber: 9_007_199_254_740_993n + BigInt(index),
      dataSheetDigest: createHash('sha256').update(row.id).digest(),
      labels: row.season === undefined ? {} : { season: row.season },
      createTime: added,
      updateTime: added,
    });
  });
}

/** A picture for a product that has none of its own yet. */
export function seedPicture(title: string): Buffer {
  const safe = title.replace(/[<>&"]/g, '');
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="80"><text x="8" y="48" font-size="24">${safe}</text></svg>\n`,
  );
}
