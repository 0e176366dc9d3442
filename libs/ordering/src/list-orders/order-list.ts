import { z } from 'zod';
import { OrderAnswer, showOrder, type SealedOrder, type ShowOrder } from '../view-order/order-answer';
import type { Recorded } from '../model/dated-order';
import { projectOrder, type OrderView } from '../view-order/order-view';
import type { OrderEvent } from '../model/order';
import { FulfilmentTypes } from '../model/placed-order';

/** An order as lists show it: without address, note, refunds, delivery fee and the times of its statuses. */
export const ListedOrder = OrderAnswer.omit({
  note: true,
  since: true,
  refunds: true,
  deliveryFee: true,
})
  .extend({ fulfilment: z.object({ type: FulfilmentTypes }) })
  .meta({ id: 'ListedOrder' });

const withoutUnlistedData = (event: OrderEvent): OrderEvent => {
  if (event.type !== 'OrderPlaced') return event;
  const { fulfilment, payment } = event.data;
  return {
    ...event,
    data: {
      ...event.data,
      fulfilment: { ...fulfilment, address: null },
      payment: { ...payment, token: null },
      note: null,
    },
  };
};

/** Like `projectOrder`, but without the data that a list does not show. */
export const projectListed = (
  view: OrderView | undefined,
  event: OrderEvent,
  recorded: Recorded,
): OrderView | undefined => projectOrder(view, withoutUnlistedData(event), recorded);

type SealedListed = Omit<SealedOrder, 'note' | 'since' | 'refunds' | 'deliveryFee' | 'fulfilment'> & {
  readonly fulfilment: Pick<SealedOrder['fulfilment'], 'type'>;
};

export function showListed(view: OrderView, show: ShowOrder = showOrder): SealedListed {
  const { note: _note, since: _since, refunds: _refunds, deliveryFee: _fee, fulfilment, ...shown } = show(view);
  return { ...shown, fulfilment: { type: fulfilment.type } };
}
