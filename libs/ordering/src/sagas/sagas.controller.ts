import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape } from '#kernel';
import { AuditedFields } from '#platform/audit';
import {
  answer,
  Answers,
  OperationDoc,
  MomentShape,
  OneOf,
  page,
  PageQuery,
  parseCursor,
  Refuses,
  Text,
  WholeNumber,
  type Answer,
} from '#platform/http';
import { Allowed, CurrentCaller, type Caller } from '#platform/security';
import { staffActor } from '../model/actors';
import { EVENT_BROKEN } from '../view-order/order-answer';
import { CompareSagas } from './compare-sagas.command';
import { ComparedOrderAnswer, SagaAnswer, ViewedSagaAnswer } from './saga-answer';
import { sagaNames } from './saga-id';
import { ListSagas, ViewSaga } from './sagas.query';
import { showSaga, showViewed } from './show-saga';
import { CompensateSaga, RetrySaga, type SagaIntervention } from './intervene.command';

const states = ['running', 'needs-attention', 'over'] as const;

class SagasPage extends PageQuery {
  @OneOf(states, {
    optional: true,
    description: 'Only sagas that run, that need attention, or that are over.',
  })
  state?: (typeof states)[number];

  @WholeNumber({
    min: 0,
    max: 31_536_000,
    optional: true,
    description: 'Only sagas that are not over and have been at the same step for at least this many seconds.',
  })
  stuckFor?: number;
}

class TendBody {
  @Text({
    min: 1,
    max: 200,
    trim: true,
    optional: true,
    nullable: true,
    description: 'The reason, without names of people.',
  })
  reason?: string | null;
}

const moneyFindings = ['given-back', 'never-taken', 'unknown'] as const;

class CompensateBody extends TendBody {
  @OneOf(moneyFindings, {
    optional: true,
    description:
      'What you found out about the money of a payment or a refund, if the provider cannot be asked. `given-back`: the ' +
      'customer has the money back. `never-taken`: the provider took no money. `unknown`: nobody can find out. The order ' +
      'then ends, its goods are released, and the money is listed as a finding. A refund that was not given back is still ' +
      'owed.',
  })
  money?: (typeof moneyFindings)[number];
}

const CursorShape = z.object({
  since: MomentShape,
  name: z.enum(sagaNames),
  id: IdShape,
});
const idParam = ApiParam({
  name: 'id',
  schema: { type: 'string' },
  description: 'The id of a saga. The id of an order means the checkout of this order.',
  example: 'checkout:019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
});

const actionOf = (caller: Caller, { reason }: TendBody): SagaIntervention => ({
  actor: staffActor(caller),
  by: caller.kind === 'user' ? caller.userId : 'nobody',
  reason: reason ?? null,
});

@ApiTags('Operations')
@Controller('admin/sagas')
export class SagasController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Allowed('ops')
  @OperationDoc(
    'listSagas',
    'List sagas: checkouts and refunds',
    'With `stuckFor`, or with a state other than `over`, the saga that has been at its step for the longest time comes ' +
      'first. Otherwise the newest saga comes first. The former path of these routes, `/admin/processes`, redirects with 308.',
  )
  @Answers(200, SagaAnswer, { description: 'A page of sagas.', list: true, paged: true })
  async list(@Query() { limit, cursor, state, stuckFor }: SagasPage): Promise<Answer> {
    const filter = { status: state, stuckFor };
    const rows = await this.queries.execute(new ListSagas(filter, limit, parseCursor(cursor, CursorShape)));
    return page(rows, limit, ({ exactSince: since, name, id }) => ({ since, name, id }), showSaga);
  }

  @Get(':id')
  @Allowed('ops')
  @idParam
  @OperationDoc(
    'viewSaga',
    'One saga and its journal',
    'The messages that it handled, the requests that it sent, and what it waits for.',
  )
  @Answers(200, ViewedSagaAnswer, { description: 'The saga.' })
  @Refuses('NOT_FOUND')
  async view(@Param('id') id: string): Promise<z.infer<typeof ViewedSagaAnswer>> {
    return showViewed(await this.queries.execute(new ViewSaga(id)));
  }

  @Post(':id/retry')
  @Allowed('ops')
  @AuditedFields('reason')
  @idParam
  @OperationDoc(
    'retrySaga',
    'Send the requests of a saga again',
    'The requests have the same keys, so nothing is done twice. Dead letters and postponed messages of the saga are also tried ' +
      'again. For refunds, the amount is what the order still owes. It is less than the refused amount if staff have given ' +
      'back a part by hand. A checkout that was reopened because an event is void continues until the order is confirmed.',
  )
  @Answers(202, SagaAnswer, { description: 'The saga before the change. The journal shows what happens next.' })
  @Refuses('NOT_FOUND', 'PROCESS_OVER', 'NOTHING_OWED')
  async retry(@Param('id') id: string, @Body() body: TendBody, @CurrentCaller() caller: Caller): Promise<Answer> {
    const saga = await this.commands.execute(new RetrySaga(id, actionOf(caller, body)));
    return answer(showSaga(saga), { status: 202 });
  }

  @Post(':id/compare')
  @Allowed('ops')
  @AuditedFields('reason')
  @idParam
  @OperationDoc(
    'compareSagas',
    'Compare an order with its checkout and its refunds',
    'Use this for an order that makes no progress because a message was dropped or lost. The events of the order decide. If the ' +
      'state of a saga differs from them, the saga does what it would have done after the lost message: for example, it gives ' +
      'back the money and the goods of a cancelled order, or it starts a refund that the order has requested. A pending order ' +
      'whose checkout never began is closed. Nothing is charged or given back twice. If there is no difference, nothing ' +
      'changes.',
  )
  @Answers(202, ComparedOrderAnswer, { description: 'What will happen. The journals of the sagas show it.' })
  @Refuses('NOT_FOUND', EVENT_BROKEN)
  async compare(@Param('id') id: string, @Body() body: TendBody, @CurrentCaller() caller: Caller): Promise<Answer> {
    return answer(await this.commands.execute(new CompareSagas(id, actionOf(caller, body))), { status: 202 });
  }

  @Post(':id/compensate')
  @Allowed('ops')
  @AuditedFields('reason')
  @idParam
  @OperationDoc(
    'compensateSaga',
    'Undo a checkout',
    'The money is given back, the goods are released, and then the order is closed. A confirmed order must be cancelled or refunded instead. ' +
      'With `money`, staff settle a payment or a refund if its provider cannot be asked.',
  )
  @Answers(202, SagaAnswer, { description: 'The saga before the change. The journal shows what happens next.' })
  @Refuses('NOT_FOUND', 'PROCESS_OVER', 'PROCESS_WINDS_BACK', 'PROCESS_HAS_NO_WAY_BACK', 'VERSION_CONFLICT')
  @Refuses('PROCESS_STILL_ASKED', 'NO_MONEY_AWAITED')
  async compensate(
    @Param('id') id: string,
    @Body() body: CompensateBody,
    @CurrentCaller() caller: Caller,
  ): Promise<Answer> {
    const saga = await this.commands.execute(new CompensateSaga(id, actionOf(caller, body), body.money));
    return answer(showSaga(saga), { status: 202 });
  }
}
