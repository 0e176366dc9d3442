import { derivedId, nothing, plus, sum, vnd, type Money, type Sealed, type Uuid } from '#kernel';
import { orderLimits } from '#contracts/ordering';
import type { CartLineToOrder } from '#contracts/cart';
import { isPriced, type PricedLine, type UnpricedLine } from '#contracts/catalog';
import type { Order, OrderEvent } from '../model/order';
import type { Contact, FulfilmentType, OrderLine, PaymentMethod, PlacedOrder } from '../model/placed-order';
import { formatDong } from '../model/format-dong';
import { demandOf } from '../model/demand';
import { CartEmpty, LinesUnavailable, OrderTooLarge, PriceChanged } from '../model/order-errors';

export const caps = orderLimits;

/**
 * Makes order lines from the catalogue's answers, one answer for each line of the cart, in the same sequence. Throws
 * LinesUnavailable if a line cannot be sold.
 */
export function orderLines(
  orderId: Uuid,
  answers: readonly (PricedLine | UnpricedLine)[],
  cartLines: readonly CartLineToOrder[] = [],
): readonly OrderLine[] {
  if (answers.length === 0) throw new CartEmpty();
  const unsold = answers.flatMap((line, index) => (isPriced(line) ? [] : [{ index, ...line }]));
  if (unsold.length > 0) throw new LinesUnavailable(unsold[0].code, unsold);
  return answers.filter(isPriced).map((line, index) => ({
    lineId: derivedId(orderId, 'line', index),
    productId: line.productId,
    variantId: line.variantId,
    sku: line.sku,
    name: line.name,
    variantName: line.variantName,
    quantity: line.quantity,
    unitPrice: line.unitPrice,
    lineTotal: line.lineTotal,
    modifiers: line.modifiers.map(({ optionId, group, name, quantity, price }) => ({
      optionId,
      group,
      name,
      quantity,
      price,
    })),
    ...cartLineFields(cartLines[index], line.unitPrice),
  }));
}

/**
 * The fields of an order line that come from its cart line. These are the portions, and the price that the customer saw
 * if it was different.
 */
function cartLineFields(
  cartLine: CartLineToOrder | undefined,
  unitPrice: Money,
): Pick<OrderLine, 'portions' | 'seenPrice'> {
  const { portions, price, otherPrices = [] } = cartLine ?? {};
  const seenPrice = [price, ...otherPrices].find((seen) => seen && seen.amount !== unitPrice.amount);
  return { ...(portions && { portions }), ...(seenPrice && { seenPrice }) };
}

export interface PlaceRequest {
  readonly number: string;
  readonly customerId: Uuid | null;
  readonly guestTokenHash: string | null;
  readonly subject: Uuid;
  readonly locale: 'vi' | 'en';
  readonly lines: readonly OrderLine[];
  readonly contact: Contact;
  readonly fulfilment: { readonly type: FulfilmentType; readonly address: Sealed | null };
  readonly payment: { readonly method: PaymentMethod; readonly token: Sealed | null; readonly provider: string | null };
  readonly note: Sealed | null;
  readonly cartId: Uuid;
  readonly cartVersion: number;
}

/**
 * Makes an order from a cart, at the prices of the catalogue. `agreedTotal` is the total that the customer has agreed
 * to. A guest who pays cash reserves goods without paying, so such a guest is allowed to order at most
 * `maxGuestCashPieces` pieces.
 */
export function placeOrder(
  order: Order,
  request: PlaceRequest,
  agreedTotal?: Money,
  maxGuestCashPieces = Infinity,
): readonly OrderEvent[] {
  if (order.status !== 'unplaced') return []; // the same request again: the order exists
  const { lines } = request;
  if (lines.length === 0) throw new CartEmpty();
  if (lines.length > caps.lines) throw new OrderTooLarge('lines', caps.lines);
  if (demandOf(lines).some(({ quantity }) => quantity > caps.piecesOfOneSku))
    throw new OrderTooLarge('pieces of one kind', caps.piecesOfOneSku);
  if (isGuestCash(request) && piecesOf(lines) > maxGuestCashPieces)
    throw new OrderTooLarge('pieces for a guest who pays cash', maxGuestCashPieces);
  const subtotal = sum(lines.map((line) => line.lineTotal));
  const deliveryFee = nothing;
  const total = plus(subtotal, deliveryFee);
  if (total.amount > caps.total) throw new OrderTooLarge('in all', formatDong(vnd(caps.total)));
  if (agreedTotal && agreedTotal.amount !== total.amount) throw new PriceChanged(agreedTotal, total);
  const placed: PlacedOrder = {
    ...request,
    lines: agreedTotal ? lines.map(({ seenPrice: _, ...line }) => line) : lines,
    subtotal,
    deliveryFee,
    total,
  };
  return [{ type: 'OrderPlaced', data: placed }];
}

const isGuestCash = ({ customerId, payment }: PlaceRequest): boolean =>
  customerId === null && payment.method === 'cash';

const piecesOf = (lines: readonly OrderLine[]): number => lines.reduce((pieces, { quantity }) => pieces + quantity, 0);
