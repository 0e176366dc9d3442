import type { Message, MessageClass } from '#kernel';
import { react } from '../checkout/checkout';
import { initialCheckout } from '../checkout/checkout-steps';
import type { DatedOrder } from '../model/dated-order';
import { reactToRefundMessage } from '../refund-order/refunds';
import { refundsStatus } from '../refund-order/refunds-status';
import { noRefunds } from '../refund-order/refunds-steps';
import { comparisonsOf, type SagaStates } from '../void-event/review-order';
import { sagaId, type SagaName } from './saga-id';

/** What a comparison with the order changes in a saga. */
export interface ComparedSaga {
  readonly id: string;
  readonly step: string;
  /** The step after the comparison. */
  readonly becomes: string;
  readonly note: string;
  /** The types of the requests that the saga then sends. */
  readonly requests: readonly string[];
}

/** A comparison does not start a reservation, so the reservation time does not matter. */
const NO_RESERVATION = 0;

const typeOf = (message: Message): string => (message.constructor as unknown as MessageClass).type;

/** What the sagas of an order will do when they are compared with the order. This function sends nothing. */
export function comparedSagas(view: DatedOrder, states: SagaStates): readonly ComparedSaga[] {
  const { checkout, refunds } = comparisonsOf(view, states);
  const compared: ComparedSaga[] = [];
  const add = (name: SagaName, step: string, becomes: string, reaction: { note: string; asks: readonly Message[] }) =>
    compared.push({
      ...{ id: sagaId({ name, orderId: view.id }), step, becomes },
      ...{ note: reaction.note, requests: reaction.asks.map(typeOf) },
    });
  if (checkout) {
    const before = states.checkout ?? initialCheckout;
    const reaction = react(before, checkout, NO_RESERVATION);
    add('checkout', before.step, reaction.state.step, reaction);
  }
  if (refunds) {
    const before = states.refunds ?? noRefunds;
    const reaction = reactToRefundMessage(before, refunds);
    add('refunds', refundsStatus(before).step, refundsStatus(reaction.state).step, reaction);
  }
  return compared;
}
