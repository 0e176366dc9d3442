import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { Answers, Does, PathId, Refuses } from '#platform/http';
import type { ProjectionStatus, Retried } from '#event-store/projections';
import { Allowed } from '#platform/security';
import { DriftAnswer, KeptDroppedAnswer, ProjectionAnswer, RetriedAnswer, SetAsideAnswer } from './projection-answer';
import { ListProjections, ListSetAside, ViewDrift, type AsideOrders, type DriftReport } from './projections.query';
import { DropKept, RetrySetAside, type KeptDropped } from './upkeep.command';

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
  @Does('listProjections', 'The read models that can be rebuilt, and how far each has come')
  @Answers(200, ProjectionAnswer, { description: 'By name.', list: true })
  async list(): Promise<readonly ProjectionStatus[]> {
    return this.queries.execute(new ListProjections());
  }

  @Get('drift')
  @Allowed('ops')
  @Does(
    'viewDrift',
    'Rows that are not what their events make of them',
    'Found in the background, by folding orders again. A rebuild of the orders concerned puts them right.',
  )
  @Answers(200, DriftAnswer, { description: 'How far the sentinel has come, and what it found.' })
  async drift(): Promise<DriftReport> {
    return this.queries.execute(new ViewDrift());
  }

  @Get(':name/set-aside')
  @Allowed('ops')
  @nameParam
  @Does('listSetAside', 'The orders whose events a read model could not digest', 'All others go on.')
  @Answers(200, SetAsideAnswer, { description: 'The first that were set aside.' })
  @Refuses('NOT_FOUND')
  async setAside(@Param('name') name: string): Promise<AsideOrders> {
    return this.queries.execute(new ListSetAside(name));
  }

  @Post(':name/set-aside/:orderId/retry')
  @Allowed('ops')
  @nameParam
  @Does('retrySetAside', 'Let a read model try an order again', 'It is folded again, from its first event on.')
  @Answers(200, RetriedAnswer, { description: 'Whether the order is in the read model again.' })
  @Refuses('NOT_FOUND')
  async retry(@Param('name') name: string, @PathId('orderId') orderId: Uuid): Promise<Retried> {
    return this.commands.execute(new RetrySetAside(name, orderId));
  }

  @Delete(':name/kept')
  @Allowed('ops')
  @nameParam
  @Does(
    'dropKept',
    'Drop the table that is kept for going back',
    'From then on the reducer that made it may leave the build.',
  )
  @Answers(200, KeptDroppedAnswer, { description: 'Nothing is kept any more.' })
  @Refuses('NOT_FOUND', 'REBUILD_RUNNING')
  async dropKept(@Param('name') name: string): Promise<KeptDropped> {
    return this.commands.execute(new DropKept(name));
  }
}
