import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { derivedId, type Money, type Sealed, type Uuid } from '#kernel';
import { Vault } from '#platform/privacy';
import type { Caller } from '#platform/security';
import { keyOwnerOf, staffActor } from '../model/actors';
import { keyUsedOnce } from '../model/idempotency-keys.store';
import { bodyHash, KeyedCommands, type KeyedAnswer } from '../model/keyed-commands.store';
import type { Order } from '../model/order';
import { NothingToRefund } from '../model/order-errors';
import { Orders } from '../model/orders.store';
import { PersonalValuePlaces } from '../model/personal-value-places.adapter';
import { RefundAllowances } from './refund-allowances.store';
import { refundOrder } from './refund-order';

/**
 * Refunds money of an order. A repeated request with the same key refunds nothing more. Without an amount, all the
 * remaining money is refunded.
 */
export class RefundOrder extends Command<KeyedAnswer> {
  constructor(
    readonly orderId: Uuid,
    readonly caller: Caller,
    readonly request: {
      readonly amount?: Money;
      readonly reason: string;
      readonly end?: boolean;
      readonly restock?: boolean;
    },
    readonly key: string,
  ) {
    super();
  }
}

const NEUTRAL_REASON = 'asked for by staff';

@CommandHandler(RefundOrder)
export class RefundOrderHandler implements ICommandHandler<RefundOrder> {
  constructor(
    private readonly keyed: KeyedCommands,
    private readonly orders: Orders,
    private readonly allowances: RefundAllowances,
    private readonly vault: Vault,
    private readonly places: PersonalValuePlaces,
  ) {}

  execute({ orderId, caller, request, key }: RefundOrder): Promise<KeyedAnswer> {
    const body = bodyHash({ orderId, ...request });
    const idempotency = { caller: keyOwnerOf(caller), key, bodyHash: body, command: 'refund-order' };
    return this.keyed.runOnce(idempotency, async (commandId) => {
      const change = { orderId, commandId, actor: staffActor(caller), guards: [keyUsedOnce(idempotency)] };
      const refundId = derivedId(commandId, 'refund');
      const { id, order } = await this.orders.view(orderId);
      const refundRequest = {
        refundId,
        ...request,
        reason: await this.sealReason(order.placed.subject, id, request.reason),
      };
      const give = (amount?: Money) =>
        this.orders.change(change, (order) => refundOrder(order, { ...refundRequest, ...(amount && { amount }) }));
      if (!this.allowances.isLimited(caller)) return (await give())!;
      const amount = amountToRefund(order, refundRequest);
      return this.allowances.runWithin(caller, { refundId, amount }, async () => (await give(amount))!);
    });
  }

  /**
   * Seals the reason. If the customer was erased, or the customer's key is missing, the order can still be refunded.
   * Then a neutral text is stored in place of the reason.
   */
  private async sealReason(subject: Uuid, id: Uuid, words: string): Promise<string | Sealed> {
    if (await this.vault.isErased(subject)) return NEUTRAL_REASON;
    return (await this.vault.sealWithExistingKey(subject, words, this.places.of(id, 'reason'))) ?? NEUTRAL_REASON;
  }
}

/** Returns the amount that would be refunded now. Throws the refusal if the rule refuses the refund. */
function amountToRefund(order: Order, request: Parameters<typeof refundOrder>[1]): Money {
  const [event] = refundOrder(order, request);
  if (event?.type !== 'RefundRequested') throw new NothingToRefund();
  return event.data.amount;
}
