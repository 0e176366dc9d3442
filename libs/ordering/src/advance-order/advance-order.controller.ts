import { applyDecorators, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { Answers, OperationDoc, PathId, Refuses } from '#platform/http';
import { Vault, type Opened } from '#platform/privacy';
import { Allowed, CurrentCaller, type Caller } from '#platform/security';
import { staffActor } from '../model/actors';
import { EVENT_BROKEN, OrderAnswer, showOrder, type SealedOrder } from '../view-order/order-answer';
import { refusalCodes, type Step } from './advance-order';
import { AdvanceOrder } from './advance-order.command';

const Advances = (step: Step, summary: string): MethodDecorator =>
  applyDecorators(
    Post(`:id/${step}`),
    Allowed('staff'),
    OperationDoc(`${step}Order`, summary),
    Answers(200, OrderAnswer, { description: 'The order, after the step.' }),
    Refuses(...refusalCodes, 'VERSION_CONFLICT', EVENT_BROKEN),
  );

@ApiTags('Orders')
@Controller('admin/orders')
export class AdvanceOrderController {
  constructor(
    private readonly commands: CommandBus,
    private readonly vault: Vault,
  ) {}

  @Advances('accept', 'Accept a confirmed order')
  accept(@PathId() id: Uuid, @CurrentCaller() caller: Caller): Promise<Opened<SealedOrder>> {
    return this.advance(id, 'accept', caller);
  }

  @Advances('prepare', 'Start to prepare an accepted order')
  prepare(@PathId() id: Uuid, @CurrentCaller() caller: Caller): Promise<Opened<SealedOrder>> {
    return this.advance(id, 'prepare', caller);
  }

  @Advances('ready', 'Mark an order as ready: it is on the counter')
  ready(@PathId() id: Uuid, @CurrentCaller() caller: Caller): Promise<Opened<SealedOrder>> {
    return this.advance(id, 'ready', caller);
  }

  @Advances('complete', 'Complete an order: it was handed over to the customer')
  complete(@PathId() id: Uuid, @CurrentCaller() caller: Caller): Promise<Opened<SealedOrder>> {
    return this.advance(id, 'complete', caller);
  }

  private async advance(id: Uuid, step: Step, caller: Caller): Promise<Opened<SealedOrder>> {
    const view = await this.commands.execute(new AdvanceOrder(id, step, staffActor(caller)));
    return this.vault.openAll(showOrder(view), view.id);
  }
}
