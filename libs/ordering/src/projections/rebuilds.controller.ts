import { Body, Controller, Get, Param, Post, Query, Sse, UseGuards, type MessageEvent } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Observable } from 'rxjs';
import { z } from 'zod';
import { IdShape, type Uuid } from '#kernel';
import { Answers, Bare, OperationDoc, ListOf, MomentShape, OneOf, page, PageQuery, PathId, parseCursor, Refuses, type Answer } from '#platform/http'; // prettier-ignore
import type { Rebuild, RebuildDiff } from '#event-store/projections';
import { Allowed, CurrentCaller, type Caller } from '#platform/security';
import { DiffRebuild, ListRebuilds, ViewRebuild } from './projections.query';
import { RebuildAnswer, RebuildDiffAnswer } from './rebuild-answer';
import { RebuildStream } from './rebuild-stream.query';
import { RebuildMustExist } from './rebuild-must-exist.guard';
import { StartRebuild, SteerRebuild, type RebuildStep } from './rebuild.command';

class RebuildBody {
  @OneOf(['manual', 'auto'], {
    default: 'manual',
    description:
      '`auto`: the new table goes live as soon as it is ready. `manual`: it goes live after a request to `go-live`.',
  })
  goLive: 'manual' | 'auto' = 'manual';

  @ListOf('uuid', { min: 1, max: 100, optional: true, description: 'Rebuild only these orders.' })
  orders?: Uuid[];
}

const CursorShape = z.object({ at: MomentShape, id: IdShape });

const nameParam = ApiParam({ name: 'name', schema: { type: 'string' }, example: 'order-view' });

@ApiTags('Replay')
@Controller('admin/projections/:name/rebuilds')
export class RebuildsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
    private readonly streams: RebuildStream,
  ) {}

  @Post()
  @Allowed('ops')
  @nameParam
  @OperationDoc(
    'startRebuild',
    'Rebuild a read model',
    'The new table is built beside the live table, which is read and updated meanwhile. No message is sent.',
  )
  @Answers(202, RebuildAnswer, { description: 'The rebuild is requested. Request its progress by its id.' })
  @Refuses('NOT_FOUND', 'REBUILD_RUNNING', {
    status: 404,
    code: 'ORDERS_UNKNOWN',
    when: 'Some of these orders do not exist. `details` names the first 20 of them.',
  })
  async start(
    @Param('name') name: string,
    @Body() body: RebuildBody,
    @CurrentCaller() caller: Caller,
  ): Promise<Rebuild> {
    const by = caller.kind === 'user' ? caller.userId : 'guest';
    const orders = body.orders ? [...new Set(body.orders)] : null;
    return this.commands.execute(new StartRebuild(name, body.goLive, orders, by));
  }

  @Get()
  @Allowed('ops')
  @nameParam
  @OperationDoc(
    'listRebuilds',
    'The rebuilds of a read model: who requested them, when, and how they ended',
    'Newest first.',
  )
  @Answers(200, RebuildAnswer, { list: true, paged: true })
  @Refuses('NOT_FOUND')
  async list(@Param('name') name: string, @Query() { limit, cursor }: PageQuery): Promise<Answer> {
    const listed = await this.queries.execute(new ListRebuilds(name, limit, parseCursor(cursor, CursorShape)));
    return page(
      listed,
      limit,
      ({ place }) => place,
      ({ rebuild }) => rebuild,
    );
  }

  @Get(':id')
  @Allowed('ops')
  @nameParam
  @OperationDoc('viewRebuild', 'The progress of a rebuild')
  @Answers(200, RebuildAnswer, { description: 'The rebuild.' })
  @Refuses('NOT_FOUND')
  async view(@Param('name') name: string, @PathId() id: Uuid): Promise<Rebuild> {
    return this.queries.execute(new ViewRebuild(name, id));
  }

  @Get(':id/diff')
  @Allowed('ops')
  @nameParam
  @OperationDoc(
    'diffRebuild',
    'What a rebuild changes',
    'Before the new table goes live, the old and the new table are compared at the same position of the log. The result can also be read later.',
  )
  @Answers(200, RebuildDiffAnswer, {
    description: 'Differences in rows, fields and money, and the orders with the largest differences.',
  })
  @Refuses('NOT_FOUND', 'REBUILD_NOT_COMPARED')
  async diff(@Param('name') name: string, @PathId() id: Uuid): Promise<RebuildDiff> {
    return this.queries.execute(new DiffRebuild(name, id));
  }

  @Post(':id/pause')
  @Allowed('ops')
  @nameParam
  @OperationDoc('pauseRebuild', 'Pause a rebuild')
  @Answers(200, RebuildAnswer, { description: 'The rebuild is paused. A repeated request changes nothing.' })
  @Refuses('NOT_FOUND', 'REBUILD_OVER')
  async pause(@Param('name') name: string, @PathId() id: Uuid): Promise<Rebuild> {
    return this.steer(name, id, 'pause');
  }

  @Post(':id/resume')
  @Allowed('ops')
  @nameParam
  @OperationDoc('resumeRebuild', 'Continue a paused rebuild')
  @Answers(200, RebuildAnswer, {
    description: 'The rebuild continues from the event and in the state at which it was paused.',
  })
  @Refuses('NOT_FOUND', 'REBUILD_OVER')
  async resume(@Param('name') name: string, @PathId() id: Uuid): Promise<Rebuild> {
    return this.steer(name, id, 'resume');
  }

  @Post(':id/go-live')
  @Allowed('ops')
  @nameParam
  @OperationDoc('takeRebuildLive', 'Make the rebuilt table live')
  @Answers(200, RebuildAnswer, { description: 'The rebuilt table is live. A repeated request changes nothing.' })
  @Refuses('NOT_FOUND', 'REBUILD_NOT_READY', 'REBUILD_OVER')
  async goLive(@Param('name') name: string, @PathId() id: Uuid): Promise<Rebuild> {
    return this.steer(name, id, 'go-live');
  }

  @Post(':id/cancel')
  @Allowed('ops')
  @nameParam
  @OperationDoc('cancelRebuild', 'Cancel a rebuild that is not live yet')
  @Answers(200, RebuildAnswer, { description: 'The rebuild is cancelled, and its table is deleted.' })
  @Refuses('NOT_FOUND', 'REBUILD_OVER')
  async cancel(@Param('name') name: string, @PathId() id: Uuid): Promise<Rebuild> {
    return this.steer(name, id, 'cancel');
  }

  @Post(':id/rollback')
  @Allowed('ops')
  @nameParam
  @OperationDoc(
    'rollBackRebuild',
    'Make the former table live again',
    'First the former table is brought up to date. If this takes longer than ten seconds, the response has `rollingBack: true`, and the rollback continues.',
  )
  @Answers(200, RebuildAnswer, {
    description: 'The former table is live again, or the rollback is running. A repeated request changes nothing.',
  })
  @Refuses('NOT_FOUND', 'CANNOT_ROLL_BACK', 'REBUILD_RUNNING')
  async rollback(@Param('name') name: string, @PathId() id: Uuid): Promise<Rebuild> {
    return this.steer(name, id, 'rollback');
  }

  @Sse(':id/stream')
  @Allowed('ops')
  @UseGuards(RebuildMustExist)
  @Bare()
  @nameParam
  @ApiProduces('text/event-stream')
  @OperationDoc(
    'followRebuild',
    'Follow a rebuild by server-sent events',
    'The server sends `progress` events until the rebuild is live, cancelled or failed. It sends `closed` with `{ code, message }` if the session ends, the token expires, or the user loses the role.',
  )
  @Answers(200, RebuildAnswer, { description: 'Each `progress` event contains the rebuild as JSON.' })
  @Refuses('NOT_FOUND', { status: 401, code: 'SESSION_ENDED', when: 'The session of this token has ended.' })
  async stream(
    @Param('name') name: string,
    @PathId() id: Uuid,
    @CurrentCaller() caller: Caller,
  ): Promise<Observable<MessageEvent>> {
    return this.streams.follow(name, id, caller);
  }

  private steer(name: string, id: Uuid, step: RebuildStep): Promise<Rebuild> {
    return this.commands.execute(new SteerRebuild(name, id, step));
  }
}
