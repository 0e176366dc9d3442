import { Body, Controller, Get, Param, Post, Sse, UseGuards, type MessageEvent } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Observable } from 'rxjs';
import type { Uuid } from '#kernel';
import { Answers, Bare, Does, ListOf, OneOf, PathId, Refuses } from '#platform/http';
import type { ProjectionStatus, Rebuild } from '#platform/projections';
import { Allowed, Who, type Caller } from '#platform/security';
import { ProjectionAnswer, RebuildAnswer } from './projection-answer';
import { ListProjections, ViewRebuild } from './projections.query';
import { RebuildStream } from './rebuild-stream.query';
import { RebuildThere } from './rebuild-there.guard';
import { CancelRebuild, StartRebuild, TakeRebuildLive } from './rebuild.command';

class RebuildBody {
  @OneOf(['manual', 'auto'], { default: 'manual', description: 'Whether it goes live by itself once it is ready.' })
  goLive: 'manual' | 'auto' = 'manual';

  @ListOf('uuid', { min: 1, max: 100, optional: true, description: 'Rebuild only these orders.' })
  orders?: Uuid[];
}

const nameParam = ApiParam({ name: 'name', schema: { type: 'string' }, example: 'order-view' });

@ApiTags('Replay')
@Controller('admin/projections')
export class ProjectionsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
    private readonly streams: RebuildStream,
  ) {}

  @Get()
  @Allowed('ops')
  @Does('listProjections', 'The read models that can be rebuilt, and how far each has come')
  @Answers(200, ProjectionAnswer, { description: 'By name.', list: true })
  async list(): Promise<readonly ProjectionStatus[]> {
    return this.queries.execute(new ListProjections());
  }

  @Post(':name/rebuilds')
  @Allowed('ops')
  @nameParam
  @Does('startRebuild', 'Build a read model anew beside the live one', 'Reads go on; nothing is sent to anyone.')
  @Answers(202, RebuildAnswer, { description: 'It has been asked for; follow it by its id.' })
  @Refuses('NOT_FOUND', 'REBUILD_RUNNING')
  async start(@Param('name') name: string, @Body() body: RebuildBody, @Who() caller: Caller): Promise<Rebuild> {
    const by = caller.kind === 'user' ? caller.userId : 'guest';
    const orders = body.orders ? [...new Set(body.orders)] : null;
    return this.commands.execute(new StartRebuild(name, body.goLive, orders, by));
  }

  @Get(':name/rebuilds/:id')
  @Allowed('ops')
  @nameParam
  @Does('viewRebuild', 'How far a rebuild has come')
  @Answers(200, RebuildAnswer, { description: 'The rebuild.' })
  @Refuses('NOT_FOUND')
  async view(@Param('name') name: string, @PathId() id: Uuid): Promise<Rebuild> {
    return this.queries.execute(new ViewRebuild(name, id));
  }

  @Post(':name/rebuilds/:id/go-live')
  @Allowed('ops')
  @nameParam
  @Does('takeRebuildLive', 'Switch readers to what was rebuilt')
  @Answers(200, RebuildAnswer, { description: 'It is live; asked twice, it stays so.' })
  @Refuses('NOT_FOUND', 'REBUILD_NOT_READY', 'REBUILD_OVER')
  async goLive(@Param('name') name: string, @PathId() id: Uuid): Promise<Rebuild> {
    return this.commands.execute(new TakeRebuildLive(name, id));
  }

  @Post(':name/rebuilds/:id/cancel')
  @Allowed('ops')
  @nameParam
  @Does('cancelRebuild', 'Give up a rebuild that is not live yet')
  @Answers(200, RebuildAnswer, { description: 'It is cancelled, and its table is gone.' })
  @Refuses('NOT_FOUND', 'REBUILD_OVER')
  async cancel(@Param('name') name: string, @PathId() id: Uuid): Promise<Rebuild> {
    return this.commands.execute(new CancelRebuild(name, id));
  }

  @Sse(':name/rebuilds/:id/stream')
  @Allowed('ops')
  @UseGuards(RebuildThere)
  @Bare()
  @nameParam
  @ApiProduces('text/event-stream')
  @Does(
    'followRebuild',
    'Follow a rebuild by server-sent events',
    '`progress` events until it is live, cancelled or failed.',
  )
  @Answers(200, RebuildAnswer, { description: 'Each event carries the rebuild as JSON.' })
  @Refuses('NOT_FOUND')
  async stream(@Param('name') name: string, @PathId() id: Uuid): Promise<Observable<MessageEvent>> {
    return this.streams.of(name, id);
  }
}
