import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { orderLimits } from '#contracts/ordering';
import { vnd, type Money, type Uuid } from '#kernel';
import {
  Amount,
  answer,
  Answers,
  OperationDoc,
  Flag,
  IdempotencyKey,
  PathId,
  Refuses,
  Text,
  type Answer,
} from '#platform/http';
import { Vault } from '#platform/privacy';
import { Allowed, CurrentCaller, type Caller } from '#platform/security';
import { EVENT_BROKEN, OrderAnswer, showOrder } from '../view-order/order-answer';
import { RefundOrder } from './refund-order.command';

class RefundOrderBody {
  @Amount({
    ...{ optional: true, min: 1, max: orderLimits.total },
    ...{ description: 'The amount to refund. By default, the whole remaining amount.', example: vnd(25_000) },
  })
  amount?: Money;

  @Text({ min: 1, max: 500, trim: true, example: 'The drink was cold' })
  reason!: string;

  @Flag({
    optional: true,
    description:
      'Whether the refund ends the order: preparation stops, and the status becomes `refunded` when the money has been ' +
      'returned. The default is `true` if preparation has not begun, and the shop keeps nothing of the paid money after this ' +
      'refund. Otherwise the default is `false`. With `false` the order continues, even if all its money is refunded.',
  })
  end?: boolean;

  @Flag({
    optional: true,
    description:
      'Whether the goods go back into stock. If the refund ends the order, the default is `true` if preparation has not ' +
      'begun; with `false` the goods are waste. For a completed order, the default is that the goods stay with the customer; ' +
      '`true` is allowed only with a refund of the whole remaining amount, because a partial refund does not show which goods ' +
      'came back.',
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
  @OperationDoc(
    'refundOrder',
    "Refund part or all of an order's remaining money",
    'The shop then sends the refund to the payment provider. The field `refunds` of the order shows the result. The total ' +
      'amount that a barista may refund in a day is limited (`REFUND_DAILY_LIMIT_BARISTA`). Refunds that the provider refused count too.',
  )
  @Answers(201, OrderAnswer, {
    description: 'The order, with the requested refund.',
    headers: { 'Idempotent-Replayed': '`true` if a request with this key was handled before.' },
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
    @CurrentCaller() caller: Caller,
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
