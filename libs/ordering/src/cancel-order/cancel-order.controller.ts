import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { answer, Answers, OperationDoc, Flag, PathId, Refuses, Text, type Answer } from '#platform/http';
import { Vault } from '#platform/privacy';
import { Allowed, CartOrUser, CurrentCaller, type Caller } from '#platform/security';
import { buyerActor, staffActor } from '../model/actors';
import { GuestTokens, TOKEN_SPENT } from '../view-order/guest-tokens.query';
import { EVENT_BROKEN, OrderAnswer, showOrder, showToOwner, type ShowOrder } from '../view-order/order-answer';
import type { DatedOrder } from '../model/dated-order';
import { CancelOrder } from './cancel-order.command';

class CancelOrderBody {
  @Text({ max: 500, trim: true, optional: true, nullable: true, example: 'Ordered by mistake' })
  reason?: string | null;
}

class CancelAnyOrderBody extends CancelOrderBody {
  @Flag({
    optional: true,
    description:
      'Whether the goods go back into stock. With `false` they are waste. The default is `true` if preparation has not begun, ' +
      'and `false` otherwise. The goods of an order that is still pending always go back.',
  })
  restock?: boolean;
}

@ApiTags('Orders')
@Controller()
export class CancelOrderController {
  constructor(
    private readonly commands: CommandBus,
    private readonly vault: Vault,
    private readonly guests: GuestTokens,
  ) {}

  @Post('orders/:id/cancel')
  @CartOrUser()
  @OperationDoc(
    'cancelOrder',
    'Cancel one of your orders',
    'Possible until preparation begins. If the checkout is still running, the response is 202: the checkout first gives back the money and the goods, and then closes the order.',
  )
  @Answers(200, OrderAnswer, {
    description: 'The order is cancelled. The refund of the paid money has been requested.',
  })
  @Answers(202, OrderAnswer, { description: 'The order is still pending, with `cancellationRequested: true`.' })
  @Refuses('VALIDATION_ERROR', 'NOT_FOUND', TOKEN_SPENT, 'CANNOT_CANCEL', 'VERSION_CONFLICT', EVENT_BROKEN)
  async cancel(@PathId() id: Uuid, @Body() body: CancelOrderBody, @CurrentCaller() caller: Caller): Promise<Answer> {
    const reader = await this.guests.readerOfOneOrder(caller);
    const view = await this.commands.execute(new CancelOrder(id, buyerActor(caller), body.reason ?? undefined, reader));
    return this.answerWith(view, showToOwner);
  }

  @Post('admin/orders/:id/cancel')
  @Allowed('staff')
  @OperationDoc('cancelAnyOrder', 'Cancel any order that is not completed, as staff')
  @Answers(200, OrderAnswer, {
    description: 'The order is cancelled. The refund of the paid money has been requested.',
  })
  @Answers(202, OrderAnswer, { description: 'The order is still pending, with `cancellationRequested: true`.' })
  @Refuses('VALIDATION_ERROR', 'NOT_FOUND', 'CANNOT_CANCEL', 'VERSION_CONFLICT', EVENT_BROKEN)
  async cancelAny(
    @PathId() id: Uuid,
    @Body() body: CancelAnyOrderBody,
    @CurrentCaller() caller: Caller,
  ): Promise<Answer> {
    const { reason, restock } = body;
    const request = new CancelOrder(id, staffActor(caller), reason ?? undefined, undefined, restock);
    return this.answerWith(await this.commands.execute(request), showOrder);
  }

  private async answerWith(view: DatedOrder, show: ShowOrder): Promise<Answer> {
    const status = view.order.status === 'pending' ? 202 : 200;
    return answer(await this.vault.openAll(show(view), view.id), { status });
  }
}
