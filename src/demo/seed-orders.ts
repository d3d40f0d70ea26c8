import { Order, Order_State } from '../../gen/ts/shop/orders/v1/orders.js';
import { money, nanosOf } from './money.js';
import { seedProducts } from './seed-catalog.js';

interface Row {
  readonly customer: string;
  readonly lines: readonly (readonly [product: string, quantity: number])[];
  readonly state: Order_State;
  readonly payment: NonNullable<Order['payment']>;
  readonly address: {
    regionCode: string;
    postalCode: string;
    locality: string;
    line: string;
    recipient: string;
  };
  readonly note?: string;
}

const zofia = {
  regionCode: 'PL',
  postalCode: '31-007',
  locality: 'Kraków',
  line: 'ul. Gołębia 24',
  recipient: 'Zofia Wójcik',
};
const jun = {
  regionCode: 'JP',
  postalCode: '600-8216',
  locality: '京都市',
  line: '下京区東塩小路町 1-3',
  recipient: '高橋 純',
};
const beatriz = {
  regionCode: 'BR',
  postalCode: '40026-010',
  locality: 'Salvador',
  line: 'Largo do Pelourinho, 12',
  recipient: 'Beatriz Gonçalves',
};
const amelie = {
  regionCode: 'FR',
  postalCode: '69001',
  locality: 'Lyon',
  line: '3, rue de la Martinière',
  recipient: 'Amélie Lefèvre',
};

const card = (lastFour: string): Row['payment'] => ({ $case: 'card', card: { lastFour, expiry: '11/29' } });

const rows: readonly Row[] = [
  {
    customer: 'zofia',
    lines: [
      ['espresso-cup', 4],
      ['moka-pot', 1],
    ],
    state: Order_State.STATE_PAID,
    payment: card('4242'),
    address: zofia,
    note: 'Proszę zapakować na prezent 🎁',
  },
  {
    customer: 'jun',
    lines: [['fountain-pen', 1]],
    state: Order_State.STATE_SHIPPED,
    payment: card('0077'),
    address: jun,
  },
  {
    customer: 'beatriz',
    lines: [['coffee-atlas', 1]],
    state: Order_State.STATE_PLACED,
    payment: { $case: 'onDelivery', onDelivery: true },
    address: beatriz,
  },
  {
    customer: 'amelie',
    lines: [
      ['sencha-100g', 2],
      ['matcha-whisk', 1],
    ],
    state: Order_State.STATE_PAID,
    payment: { $case: 'iban', iban: 'FR7630006000011234567890189' },
    address: amelie,
  },
  {
    customer: 'zofia',
    lines: [['wool-scarf', 2]],
    state: Order_State.STATE_PLACED,
    payment: { $case: 'iban', iban: 'PL61109010140000071219812874' },
    address: zofia,
  },
  {
    customer: 'jun',
    lines: [['pour-over-kettle', 1]],
    state: Order_State.STATE_CANCELLED,
    payment: card('0077'),
    address: jun,
    note: '不在の場合は宅配ボックスへ',
  },
];

/** What a piece costs in euros, by product, for the sum of an order. */
export function unitPrices(): ReadonlyMap<string, bigint> {
  return new Map(seedProducts().map(({ name, listPrice }) => [name, nanosOf(listPrice)]));
}

/** The orders the shop starts with, the same at every start: orders/1001 and on. */
export function seedOrders(): Order[] {
  const prices = unitPrices();
  return rows.map((row, index) => {
    const lines = row.lines.map(([id, quantity]) => ({
      product: `products/${id}`,
      quantity,
      unitPrice: money('EUR', prices.get(`products/${id}`) ?? 0n),
    }));
    const total = lines.reduce((sum, line) => sum + nanosOf(line.unitPrice) * BigInt(line.quantity), 0n);
    const { line, recipient, ...place } = row.address;
    return Order.fromPartial({
      name: `orders/${1001 + index}`,
      customer: `customers/${row.customer}`,
      lines,
      state: row.state,
      payment: row.payment,
      address: { ...place, addressLines: [line], recipients: [recipient] },
      total: money('EUR', total),
      note: row.note ?? '',
      metadata: { channel: index % 2 === 0 ? 'web' : 'app', visit: { pages: 3 + index } },
      createTime: new Date(Date.UTC(2026, 4, 2 + index, 8, 15, 30)),
      cancelReason: row.state === Order_State.STATE_CANCELLED ? '気が変わった' : '',
    });
  });
}
