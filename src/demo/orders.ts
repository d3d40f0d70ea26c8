import { Metadata } from '@grpc/grpc-js';
import type { HttpBody } from '../../gen/ts/google/api/httpbody.js';
import type { Any } from '../../gen/ts/google/protobuf/any.js';
import {
  ListOrdersRequest,
  Order,
  Order_State,
  OrderCancelled,
  OrderChanged,
  type OrderEvent,
  OrderPlaced,
  type OrderServiceServer,
  OrderServiceService,
} from '../../gen/ts/shop/orders/v1/orders.js';
import { resourceTypes, type ShopContext } from './context.js';
import { createEventLog } from './event-log.js';
import { applyUpdate } from './field-mask.js';
import { parseFilter } from './filter.js';
import { serverStream, unary } from './handler.js';
import { money, nanosOf } from './money.js';
import { sorted } from './order-by.js';
import { paginate } from './paging.js';
import { failedPrecondition, full, invalid, notFound, pack } from './problem.js';
import { resourceType } from './resource-type.js';
import { seedOrders, unitPrices } from './seed-orders.js';

const fixed: ReadonlySet<string> = new Set(['name', 'state', 'total', 'create_time', 'cancel_reason']);
const mostOrders = 10_000;
const mostLines = 100;

/** The definition of OrderService, for servers. */
export const orderDefinition = OrderServiceService;

/** OrderService on seeded orders in memory. */
export function orderService({ registry, today }: ShopContext): OrderServiceServer {
  const type = resourceType(registry, 'shop.orders.v1.Order', Order);
  const prices = unitPrices();
  const orders = new Map(seedOrders().map((order) => [order.name, order]));
  const byRequestId = new Map<string, string>();
  const log = createEventLog<OrderEvent>((event, sequence) => ({ ...event, sequence }));
  const happened = (order: Order, detail: Any, eventTime: Date | undefined): void =>
    log.append({ order: order.name, eventTime, detail });
  const placed = (order: Order): void =>
    happened(
      order,
      pack('shop.orders.v1.OrderPlaced', OrderPlaced, { total: order.total }),
      order.createTime,
    );
  for (const order of orders.values()) placed(order);

  const get = (name: string): Order => {
    const order = orders.get(name);
    if (order === undefined) throw notFound(resourceTypes.order, name);
    return order;
  };
  const open = (name: string): Order => {
    const order = get(name);
    if (order.state === Order_State.STATE_SHIPPED || order.state === Order_State.STATE_CANCELLED) {
      throw failedPrecondition(
        'ORDER_CLOSED',
        name,
        `is ${Order_State[order.state]} and does not change any more`,
      );
    }
    return order;
  };
  const put = (order: Order): Order => {
    orders.set(order.name, order);
    return order;
  };

  return {
    listOrders: unary((request) => {
      const { customer, states, createdAfter } = request;
      const holds = parseFilter(type, request.filter);
      const found = [...orders.values()].filter(
        (order) =>
          (customer === '' || order.customer === customer) &&
          (states.length === 0 || states.includes(order.state)) &&
          (createdAfter === undefined || (order.createTime ?? createdAfter) >= createdAfter) &&
          holds(order),
      );
      const orderBy = request.orderBy === '' ? 'create_time desc' : request.orderBy;
      const { items, nextPageToken } = paginate(sorted(type, found, orderBy), request, ListOrdersRequest);
      return { orders: items, nextPageToken };
    }),
    getOrder: unary(({ name }) => get(name)),
    createOrder: unary(({ order, requestId }) => {
      const earlier = byRequestId.get(requestId);
      if (earlier !== undefined) return get(earlier);
      if (order === undefined) throw invalid('order', 'must be given');
      if (orders.size >= mostOrders) throw full('orders', mostOrders);
      const added = put({
        ...priced(order, prices),
        name: `orders/${1001 + orders.size}`,
        state: Order_State.STATE_PLACED,
        createTime: today(),
        cancelReason: '',
      });
      if (requestId !== '') byRequestId.set(requestId, added.name);
      placed(added);
      return added;
    }),
    updateOrder: unary(({ order: patch, updateMask }) => {
      if (patch === undefined) throw invalid('order', 'must be given');
      const current = open(patch.name);
      const changed = put(priced(applyUpdate(type, current, patch, updateMask, fixed), prices));
      const detail = OrderChanged.fromPartial({ changed: updateMask ?? [] });
      happened(changed, pack('shop.orders.v1.OrderChanged', OrderChanged, detail), today());
      return changed;
    }),
    cancelOrder: unary(({ name, reason }) => {
      const cancelled = put({ ...open(name), state: Order_State.STATE_CANCELLED, cancelReason: reason });
      happened(cancelled, pack('shop.orders.v1.OrderCancelled', OrderCancelled, { reason }), today());
      return cancelled;
    }),
    watchOrders: serverStream(async function* ({ order, afterSequence, maxEvents }, signal) {
      if (order !== '') get(order);
      if (maxEvents < 0) throw invalid('max_events', 'must not be negative');
      let sent = 0;
      for await (const event of log.follow(afterSequence, signal)) {
        if (order !== '' && event.order !== order) continue;
        yield event;
        sent += 1;
        if (sent === maxEvents) return;
      }
    }),
    exportOrders: serverStream(({ states }) => {
      const chosen = [...orders.values()].filter(
        ({ state }) => states.length === 0 || states.includes(state),
      );
      return csv(chosen);
    }, csvHeaders),
  };
}

/** The order with its prices and sum, which the shop alone knows. Throws INVALID_ARGUMENT. */
function priced(order: Order, prices: ReadonlyMap<string, bigint>): Order {
  if (!/^customers\/[^/]+$/.test(order.customer))
    throw invalid('order.customer', 'must be "customers/" and an id');
  if (order.lines.length === 0) throw invalid('order.lines', 'must not be empty');
  if (order.lines.length > mostLines) throw invalid('order.lines', `must be at most ${mostLines}`);
  const lines = order.lines.map((line, index) => {
    const price = prices.get(line.product);
    if (price === undefined) throw invalid(`order.lines[${index}].product`, 'is no product of the shop');
    if (line.quantity < 1) throw invalid(`order.lines[${index}].quantity`, 'must be at least 1');
    return { ...line, unitPrice: money('EUR', price) };
  });
  const total = lines.reduce((sum, line) => sum + nanosOf(line.unitPrice) * BigInt(line.quantity), 0n);
  return { ...order, lines, total: money('EUR', total) };
}

function csvHeaders(): Metadata {
  const metadata = new Metadata();
  metadata.set('content-disposition', 'attachment; filename="orders.csv"');
  return metadata;
}

/** RFC 4180, a piece for the head and one for each order; the first names the media type for all. */
async function* csv(orders: readonly Order[]): AsyncGenerator<HttpBody> {
  const piece = (cells: readonly string[], contentType = ''): HttpBody => ({
    contentType,
    data: Buffer.from(`${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`),
    extensions: [],
  });
  yield piece(['order', 'customer', 'state', 'total', 'placed'], 'text/csv; charset=utf-8');
  for (const { name, customer, state, total, createTime } of orders) {
    const sum = (Number(nanosOf(total)) / 1e9).toFixed(2);
    const cells = [name, customer, Order_State[state] ?? '', `${sum} ${total?.currencyCode ?? ''}`];
    yield piece([...cells, createTime?.toISOString() ?? '']);
  }
}
