import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { derivedId, type Money, type Sealed, type Uuid } from '#kernel';
import { Vault } from '#platform/privacy';
import type { Caller } from '#platform/security';
import { keyHolder, staff } from '../model/actors';
import { bodyHash, KeyedCommands, type KeyedAnswer } from '../model/keyed-commands.store';
import { Orders } from '../model/orders.store';
import { refundOrder } from './refund-order';

/** Gives money back, once for each key; all that is left where no amount is said. */
export class RefundOrder extends Command<KeyedAnswer> {
  constructor(
    readonly orderId: Uuid,
    readonly caller: Caller,
    readonly wish: {
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

@CommandHandler(RefundOrder)
export class RefundOrderHandler implements ICommandHandler<RefundOrder> {
  constructor(
    private readonly keyed: KeyedCommands,
    private readonly orders: Orders,
    private readonly vault: Vault,
  ) {}

  execute({ orderId, caller, wish, key }: RefundOrder): Promise<KeyedAnswer> {
    const body = bodyHash({ orderId, ...wish });
    const idempotency = { caller: keyHolder(caller), key, bodyHash: body, command: 'refund-order' };
    return this.keyed.once(idempotency, async (commandId) => {
      const change = { orderId, commandId, actor: staff(caller), idempotency };
      const refundId = derivedId(commandId, 'refund');
      const reason = await this.sealed(orderId, wish.reason);
      return (await this.orders.change(change, (order) => refundOrder(order, { refundId, ...wish, reason })))!;
    });
  }

  /** Of somebody who was forgotten nothing more is written down, but their money can still go back. */
  private async sealed(orderId: Uuid, words: string): Promise<string | Sealed> {
    const { subject } = (await this.orders.view(orderId)).order.placed;
    return (await this.vault.isErased(subject)) ? 'asked for by staff' : this.vault.seal(subject, words);
  }
}
