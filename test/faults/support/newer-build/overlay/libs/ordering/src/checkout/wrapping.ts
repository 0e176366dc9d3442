import { GoodsWrapped, WrapGoods } from '#contracts/inventory';
import type { Message } from '#kernel';
import type { SagaDefinition } from '#messaging/sagas';
import { ConfirmOrder } from './checkout-messages';
import type { CheckoutMessage } from './checkout-moves';
import { requestsOf, type Checkout } from './checkout-steps';

type Definition = SagaDefinition<Checkout, CheckoutMessage>;
type React = Definition['react'];

const isWrapped = (state: Checkout): boolean => 'wrapped' in state;

const wrapFirst = (asks: readonly Message[], orderId: string): readonly Message[] =>
  asks.map((ask) => (ask instanceof ConfirmOrder ? new WrapGoods({ orderId }) : ask));

/**
 * The checkout with one more step: before an order is confirmed, its goods are wrapped. The older definition is
 * returned too.
 */
export function withWrapping(older: Definition): [Definition, Definition] {
  const react = (...args: Parameters<React>): ReturnType<React> => {
    const [state, message] = args;
    if ((message as Message) instanceof GoodsWrapped) {
      if (state.step !== 'confirming' || isWrapped(state))
        return { state, asks: [], timers: [], note: 'already wrapped' };
      const wrapped = { ...state, wrapped: true };
      return { state: wrapped, asks: requestsOf(wrapped), timers: [], note: 'wrapped' };
    }
    const next = older.react(...args);
    if (next.state.step !== 'confirming' || isWrapped(next.state)) return next;
    return { ...next, asks: wrapFirst(next.asks, next.state.orderId) };
  };
  return [{ ...older, version: older.version + 1, react }, older];
}
