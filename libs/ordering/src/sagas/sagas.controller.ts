import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape } from '#kernel';
import { Noted } from '#platform/audit';
import {
  answer,
  Answers,
  Does,
  MomentShape,
  OneOf,
  page,
  PageQuery,
  placeOf,
  Refuses,
  Text,
  Whole,
  type Answer,
} from '#platform/http';
import { Allowed, Who, type Caller } from '#platform/security';
import { staffActor } from '../model/actors';
import { SagaAnswer, ViewedSagaAnswer } from './saga-answer';
import { sagaNames } from './saga-id';
import { ListSagas, ViewSaga } from './sagas.query';
import { showSaga, showViewed } from './show-saga';
import { CompensateSaga, RetrySaga, type Tended } from './tend-saga.command';

const states = ['running', 'needs-attention', 'over'] as const;

class SagasPage extends PageQuery {
  @OneOf(states, {
    optional: true,
    description: 'Only those that run, that somebody has to look at, or that are over.',
  })
  state?: (typeof states)[number];

  @Whole({ min: 0, max: 31_536_000, optional: true, description: 'Not over, and at one step for so many seconds.' })
  stuckFor?: number;
}

class TendBody {
  @Text({ min: 1, max: 200, trim: true, optional: true, nullable: true, description: 'Why, without names.' })
  reason?: string | null;
}

const moneyFindings = ['given-back', 'never-taken', 'unknown'] as const;

class CompensateBody extends TendBody {
  @OneOf(moneyFindings, {
    optional: true,
    description:
      'For what waits for a payment provider that cannot be asked: what you found out about the money. `given-back`: the ' +
      'customer has it. `never-taken`: the provider took none. `unknown`: nobody can tell. The order ends, its goods are ' +
      'released, and the money stands among the findings. A refund that was not given back is still owed.',
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
  description: "A saga's id, or an order's: that is its checkout.",
  example: 'checkout:019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
});

const actionOf = (caller: Caller, { reason }: TendBody): Tended => ({
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
  @Does(
    'listSagas',
    'Checkouts and refunds, and where they stand',
    'Open sagas come first by age. All sagas, and sagas that are over, come newest first. The former path of these routes, ' +
      '`/admin/processes`, answers 308.',
  )
  @Answers(200, SagaAnswer, { description: 'A page of them.', list: true, paged: true })
  async list(@Query() { limit, cursor, state, stuckFor }: SagasPage): Promise<Answer> {
    const filter = { status: state, stuckFor };
    const rows = await this.queries.execute(new ListSagas(filter, limit, placeOf(cursor, CursorShape)));
    return page(rows, limit, ({ place: since, name, id }) => ({ since, name, id }), showSaga);
  }

  @Get(':id')
  @Allowed('ops')
  @idParam
  @Does('viewSaga', 'One saga and its flight recorder', 'What it heard, made of it and asked; what it waits for.')
  @Answers(200, ViewedSagaAnswer, { description: 'The saga.' })
  @Refuses('NOT_FOUND')
  async view(@Param('id') id: string): Promise<z.infer<typeof ViewedSagaAnswer>> {
    return showViewed(await this.queries.execute(new ViewSaga(id)));
  }

  @Post(':id/retry')
  @Allowed('ops')
  @Noted('reason')
  @idParam
  @Does(
    'retrySaga',
    'Ask again what a saga waits for',
    'With the same keys, so that nothing is done twice; its dead letters and what was put off are tried again, too. ' +
      'Of refunds, what the order still owes is asked for: less than was refused where a part was given back by hand. ' +
      'A checkout that was reopened because an event of its order is void goes on towards the confirmation.',
  )
  @Answers(202, SagaAnswer, { description: 'As it stood; the journal shows what comes of it.' })
  @Refuses('NOT_FOUND', 'PROCESS_OVER', 'NOTHING_OWED')
  async retry(@Param('id') id: string, @Body() body: TendBody, @Who() caller: Caller): Promise<Answer> {
    const saga = await this.commands.execute(new RetrySaga(id, actionOf(caller, body)));
    return answer(showSaga(saga), { status: 202 });
  }

  @Post(':id/compensate')
  @Allowed('ops')
  @Noted('reason')
  @idParam
  @Does(
    'compensateSaga',
    'Wind a checkout back from where it stands',
    'What was taken is given back, then the order is closed. A confirmed order is cancelled or refunded instead. With ' +
      '`money`, what waits for a provider that cannot be asked ends by hand; a refund, too.',
  )
  @Answers(202, SagaAnswer, { description: 'As it stood; the journal shows what comes of it.' })
  @Refuses('NOT_FOUND', 'PROCESS_OVER', 'PROCESS_WINDS_BACK', 'PROCESS_HAS_NO_WAY_BACK', 'VERSION_CONFLICT')
  @Refuses('PROCESS_STILL_ASKED', 'NO_MONEY_AWAITED')
  async compensate(@Param('id') id: string, @Body() body: CompensateBody, @Who() caller: Caller): Promise<Answer> {
    const saga = await this.commands.execute(new CompensateSaga(id, actionOf(caller, body), body.money));
    return answer(showSaga(saga), { status: 202 });
  }
}
