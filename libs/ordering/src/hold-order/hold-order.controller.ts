import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { Answers, OperationDoc, PathId, Refuses, Text } from '#platform/http';
import { Vault, type Opened } from '#platform/privacy';
import { Allowed, CurrentCaller, type Caller } from '#platform/security';
import { staffActor } from '../model/actors';
import type { DatedOrder } from '../model/dated-order';
import { EVENT_BROKEN, OrderAnswer, showOrder, type SealedOrder } from '../view-order/order-answer';
import { HoldOrder, ResumeOrder } from './hold-order.command';

class HoldOrderBody {
  @Text({ min: 1, max: 500, trim: true, example: 'The customer comes an hour later' })
  reason!: string;
}

@ApiTags('Orders')
@Controller('admin/orders')
export class HoldOrderController {
  constructor(
    private readonly commands: CommandBus,
    private readonly vault: Vault,
  ) {}

  @Post(':id/hold')
  @Allowed('staff')
  @OperationDoc(
    'holdOrder',
    'Put an order on hold',
    'Only a confirmed or accepted order can be put on hold. Nobody works on the order until it is resumed. It can still be cancelled and refunded.',
  )
  @Answers(200, OrderAnswer, { description: 'The order, on hold.' })
  @Refuses('VALIDATION_ERROR', 'NOT_FOUND', 'WRONG_STATUS', 'VERSION_CONFLICT', EVENT_BROKEN)
  async hold(
    @PathId() id: Uuid,
    @Body() { reason }: HoldOrderBody,
    @CurrentCaller() caller: Caller,
  ): Promise<Opened<SealedOrder>> {
    return this.show(await this.commands.execute(new HoldOrder(id, staffActor(caller), reason)));
  }

  @Post(':id/resume')
  @Allowed('staff')
  @OperationDoc('resumeOrder', 'Resume an order that is on hold', 'The order returns to its status before the hold.')
  @Answers(200, OrderAnswer, { description: 'The order, in its status before the hold.' })
  @Refuses('NOT_FOUND', 'WRONG_STATUS', 'VERSION_CONFLICT', EVENT_BROKEN)
  async resume(@PathId() id: Uuid, @CurrentCaller() caller: Caller): Promise<Opened<SealedOrder>> {
    return this.show(await this.commands.execute(new ResumeOrder(id, staffActor(caller))));
  }

  private show(order: DatedOrder): Promise<Opened<SealedOrder>> {
    return this.vault.openAll(showOrder(order), order.id);
  }
}
