import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { orderCaps } from '#contracts/ordering';
import { vnd, type Money, type Uuid } from '#kernel';
import {
  Amount,
  answer,
  Answers,
  Does,
  Flag,
  IdempotencyKey,
  PathId,
  Refuses,
  Text,
  type Answer,
} from '#platform/http';
import { Vault } from '#platform/privacy';
import { Allowed, Who, type Caller } from '#platform/security';
import { EVENT_BROKEN, OrderAnswer, showOrder } from '../view-order/order-answer';
import { RefundOrder } from './refund-order.command';

class RefundOrderBody {
  @Amount({
    ...{ optional: true, min: 1, max: orderCaps.total },
    ...{ description: 'By default all that is left.', example: vnd(25_000) },
  })
  amount?: Money;

  @Text({ min: 1, max: 500, trim: true, example: 'The drink was cold' })
  reason!: string;

  @Flag({
    optional: true,
    description:
      'Whether the refund ends the order: nothing more is made of it, and it is `refunded` when the money is back. The ' +
      'default is `true` if nothing was made yet and no money of the order is left, and `false` otherwise. With `false` the ' +
      'order goes on, also when nothing of its price is left.',
  })
  end?: boolean;

  @Flag({
    optional: true,
    description:
      'Whether the goods go back on the shelf. The default for an order that ends: they go back if preparing has not begun, ' +
      'and are waste otherwise. The default for a completed order: they stay with the customer. With `true`, a completed ' +
      'order needs all the money that is left, because a part of it does not say which goods came back.',
  })
  restock?: boolean;
}

@ApiTags('Orders')
@Controller('admin/orders')
export class RefundOrderController {
  constructor(
    private readonly commands: CommandBus,
    private readonly vault: Vault,
  ) {}

  @Post(':id/refunds')
  @Allowed('refund')
  @Does(
    'refundOrder',
    'Give money back for an order, a part of it or all that is left',
    'The provider is asked next. `refunds` of the order shows the result. The sum that a barista may give back in a day is ' +
      'limited (`REFUND_DAILY_LIMIT_BARISTA`). Failed refunds count too.',
  )
  @Answers(201, OrderAnswer, {
    description: 'The order, with the refund on its way.',
    headers: { 'Idempotent-Replayed': '`true` when this key had been used before.' },
  })
  @Refuses('VALIDATION_ERROR', 'IDEMPOTENCY_KEY_REQUIRED', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS')
  @Refuses(
    'NOT_FOUND',
    'NOTHING_TO_REFUND',
    'NOTHING_TO_RESTOCK',
    'RESTOCK_NEEDS_ALL_MONEY',
    'REFUND_TOO_LARGE',
    'REFUND_LIMIT',
    'VERSION_CONFLICT',
    EVENT_BROKEN,
  )
  async refund(
    @PathId() id: Uuid,
    @Body() { amount, reason, end, restock }: RefundOrderBody,
    @IdempotencyKey() key: string,
    @Who() caller: Caller,
  ): Promise<Answer> {
    const request = {
      reason,
      ...(amount && { amount: vnd(amount.amount) }),
      ...(end !== undefined && { end }),
      ...(restock !== undefined && { restock }),
    };
    const { view, replayed } = await this.commands.execute(new RefundOrder(id, caller, request, key));
    return answer(await this.vault.openAll(showOrder(view), view.id), {
      status: 201,
      ...(replayed && { headers: { 'Idempotent-Replayed': 'true' } }),
    });
  }
}
