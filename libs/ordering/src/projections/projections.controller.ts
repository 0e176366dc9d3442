import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { Answers, OperationDoc, PathId, Refuses } from '#platform/http';
import type { ProjectionStatus, Retried } from '#event-store/projections';
import { Allowed } from '#platform/security';
import { DriftAnswer, KeptDroppedAnswer, ProjectionAnswer, RetriedAnswer, SetAsideAnswer } from './projection-answer';
import { ListProjections, ListSetAside, ViewDrift, type AsideOrders, type DriftReport } from './projections.query';
import { DropKept, RetrySetAside, type KeptDropped } from './drift-and-set-aside.command';

const nameParam = ApiParam({ name: 'name', schema: { type: 'string' }, example: 'order-view' });

@ApiTags('Replay')
@Controller('admin/projections')
export class ProjectionsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Allowed('ops')
  @OperationDoc('listProjections', 'The read models that can be rebuilt, and the progress of each')
  @Answers(200, ProjectionAnswer, { description: 'By name.', list: true })
  async list(): Promise<readonly ProjectionStatus[]> {
    return this.queries.execute(new ListProjections());
  }

  @Get('drift')
  @Allowed('ops')
  @OperationDoc(
    'viewDrift',
    'View drift: rows of read models that differ from their events',
    'A background check computes rows again from their events to find such rows. A rebuild of these orders corrects the rows.',
  )
  @Answers(200, DriftAnswer, { description: 'The progress of the background check, and its findings.' })
  async drift(): Promise<DriftReport> {
    return this.queries.execute(new ViewDrift());
  }

  @Get(':name/set-aside')
  @Allowed('ops')
  @nameParam
  @OperationDoc(
    'listSetAside',
    'The orders that a read model has set aside, because it cannot use their events',
    'All other orders are kept up to date.',
  )
  @Answers(200, SetAsideAnswer, { description: 'The orders that were set aside first.' })
  @Refuses('NOT_FOUND')
  async setAside(@Param('name') name: string): Promise<AsideOrders> {
    return this.queries.execute(new ListSetAside(name));
  }

  @Post(':name/set-aside/:orderId/retry')
  @Allowed('ops')
  @nameParam
  @OperationDoc(
    'retrySetAside',
    'Compute an order in a read model again',
    'The read model computes the order from its first event.',
  )
  @Answers(200, RetriedAnswer, { description: 'Whether the order is in the read model again.' })
  @Refuses('NOT_FOUND')
  async retry(@Param('name') name: string, @PathId('orderId') orderId: Uuid): Promise<Retried> {
    return this.commands.execute(new RetrySetAside(name, orderId));
  }

  @Delete(':name/kept')
  @Allowed('ops')
  @nameParam
  @OperationDoc(
    'dropKept',
    'Drop the table that is kept for a rollback',
    'After that, no rollback is possible, and the reducer of this table may be removed from the code.',
  )
  @Answers(200, KeptDroppedAnswer, { description: 'No table is kept any more.' })
  @Refuses('NOT_FOUND', 'REBUILD_RUNNING')
  async dropKept(@Param('name') name: string): Promise<KeptDropped> {
    return this.commands.execute(new DropKept(name));
  }
}
