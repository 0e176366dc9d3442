import type { ReturnedOrder } from '#contracts/cart';
import type { Uuid } from '#kernel';
import type { OrderLine, PlacedOrder } from './placed-order';

/** The lines that go back into the cart if the shop could not carry out the order. */
export const returnedOrder = (orderId: Uuid, { cartId, cartVersion, lines }: PlacedOrder): ReturnedOrder => ({
  orderId,
  cartId,
  cartVersion,
  lines: lines.map(returnedLine),
});

const returnedLine = (line: OrderLine): ReturnedOrder['lines'][number] => {
  const { productId, variantId, sku, name, variantName, quantity, modifiers, portions } = line;
  return {
    variantId,
    quantity,
    modifiers: modifiers.map(({ optionId, quantity }) => ({ optionId, quantity })),
    label: {
      ...{ productId, sku, name, variantName, imageUrl: null },
      modifiers: modifiers.map(({ optionId, group, name }) => ({ optionId, group, name })),
    },
    price: line.seenPrice ?? line.unitPrice,
    ...(portions && { portions }),
  };
};
