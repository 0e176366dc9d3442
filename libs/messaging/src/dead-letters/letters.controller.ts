import { normalId } from '#kernel';
import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { AuditedFields } from '#platform/audit';
import { contextNames, shopContexts, type ContextName } from '#platform/config';
import {
  Answers,
  BodyExample,
  OperationDoc,
  InvalidInput,
  Line,
  ListOf,
  OneOf,
  page,
  PageQuery,
  parseCursor,
  Refuses,
  Text,
  textOf,
  type Answer,
} from '#platform/http';
import { currentRequest } from '#platform/observability';
import { Allowed, CurrentCaller, type Caller } from '#platform/security';
import { DeadLetterAnswer, RedrivenAnswer, showLetter } from './letter-answer';
import { parseLetterId } from './letter-id';
import { ListDeadLetters, ViewDeadLetter } from './letters.query';
import { DropDeadLetter, RedriveDeadLetter, RedriveDeadLetters, type Redriven } from './settle-letters.command';

class LettersPage extends PageQuery {
  @OneOf(shopContexts, { optional: true, description: 'Only dead letters of this context.' })
  context?: ContextName;

  @Line({
    min: 1,
    max: 200,
    optional: true,
    description: 'Only dead letters with this key, which usually is the id of an order.',
  })
  key?: string;

  @Line({ min: 1, max: 200, optional: true, description: 'Only dead letters of this type.' })
  type?: string;
}

class RedriveBody {
  @ListOf('text', { min: 1, max: 1000, optional: true, description: 'The ids of the dead letters.' })
  ids?: readonly string[];

  @OneOf(shopContexts, { optional: true, description: 'All dead letters of this context.' })
  context?: ContextName;

  @Line({
    min: 1,
    max: 200,
    optional: true,
    description: 'All dead letters with this key, which usually is the id of an order.',
  })
  key?: string;

  @Line({ min: 1, max: 200, optional: true, description: 'All dead letters of this type.' })
  type?: string;
}

class DropBody {
  @Text({
    min: 1,
    max: 200,
    trim: true,
    optional: true,
    description: 'The reason, without names of people. It is required, here or in the query.',
  })
  reason?: string;
}

class DropQuery {
  @Text({
    min: 1,
    max: 200,
    trim: true,
    optional: true,
    description: 'The reason, without names of people. It is required, here or in the body.',
  })
  reason?: string;
}

const LetterCursor = z.object({ context: z.enum(contextNames), seq: z.int().positive() });
const idParam = ApiParam({ name: 'id', schema: { type: 'string' }, example: 'ordering-123' });
const refuse = (field: string, text: string): never => {
  throw new InvalidInput([{ field, message: textOf(text, currentRequest()?.locale ?? 'en') }]);
};

/** Converts the key to the standard form of ids, because a key is usually an id. */
const withStandardKey = <Filter extends { readonly key?: string }>(filter: Filter): Filter =>
  filter.key === undefined ? filter : { ...filter, key: normalId(filter.key) };

@ApiTags('Operations')
@Controller('admin/dead-letters')
export class LettersController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Allowed('ops')
  @OperationDoc(
    'listDeadLetters',
    'Dead letters: messages that are not tried any more',
    'Sorted by context, and within a context in order of arrival. A service that runs alone shows only the dead letters of its own contexts.',
  )
  @Answers(200, DeadLetterAnswer, { description: 'A page of dead letters.', list: true, paged: true })
  async list(@Query() { limit, cursor, ...filter }: LettersPage): Promise<Answer> {
    const letters = await this.queries.execute(
      new ListDeadLetters(withStandardKey(filter), limit, parseCursor(cursor, LetterCursor)),
    );
    return page(letters, limit, ({ context, seq }) => ({ context, seq }), showLetter);
  }

  @Get(':id')
  @Allowed('ops')
  @idParam
  @OperationDoc('viewDeadLetter', 'One dead letter')
  @Answers(200, DeadLetterAnswer, { description: 'The message, why it failed, and how many messages wait behind it.' })
  @Refuses('NOT_FOUND')
  async view(@Param('id') id: string): Promise<z.infer<typeof DeadLetterAnswer>> {
    return showLetter(await this.queries.execute(new ViewDeadLetter(id)));
  }

  @Post('redrive')
  @Allowed('ops')
  @AuditedFields('ids', 'context', 'key', 'type')
  @BodyExample({ ids: ['ordering-123'] })
  @OperationDoc(
    'redriveDeadLetters',
    'Redrive several dead letters, in order of arrival',
    'Send either their ids, or a context, a key or a type. At most 1,000 are redriven at once.',
  )
  @Answers(200, RedrivenAnswer, { description: 'The ids of the dead letters that are tried again.' })
  async redriveMany(@Body() { ids, ...sent }: RedriveBody): Promise<Redriven> {
    const filter = withStandardKey(sent);
    const hasFilter = Object.values(filter).some((value) => value !== undefined);
    if (ids ? hasFilter : !hasFilter) refuse('ids', 'lettersWhich');
    if (ids?.some((id) => !parseLetterId(id))) refuse('ids', 'letterId');
    return this.commands.execute(new RedriveDeadLetters({ ids, ...filter }));
  }

  @Post(':id/redrive')
  @Allowed('ops')
  @idParam
  @OperationDoc(
    'redriveDeadLetter',
    'Redrive one dead letter',
    'If an earlier message with the same key is a dead letter, this one waits for it.',
  )
  @Answers(200, RedrivenAnswer, {
    description:
      'The message is tried again. Its earlier attempts still count: it may become a dead letter again after one failure.',
  })
  @Refuses('NOT_FOUND')
  async redrive(@Param('id') id: string): Promise<Redriven> {
    return this.commands.execute(new RedriveDeadLetter(id));
  }

  @Delete(':id')
  @Allowed('ops')
  @AuditedFields('reason')
  @idParam
  @OperationDoc(
    'dropDeadLetter',
    'Drop a dead letter for ever',
    'The messages that wait behind it are handled without it, and nothing does the work of the dropped message. If the ' +
      'message was for a checkout or for refunds, or recorded their results, the shop then compares the order with its ' +
      'sagas, and gives back money and goods if the order requires it. After any other message about an order, start this ' +
      'comparison with `POST /admin/sagas/{id}/compare`.',
  )
  @Answers(204, null, { description: 'The message is dropped, and will never be handled.' })
  @Refuses('VALIDATION_ERROR', 'NOT_FOUND')
  async drop(
    @Param('id') id: string,
    @Query() query: DropQuery,
    @Body() body: DropBody,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    const reason = body?.reason ?? query.reason;
    if (reason === undefined) return refuse('reason', 'required');
    await this.commands.execute(new DropDeadLetter(id, caller.kind === 'user' ? caller.userId : 'nobody', reason));
  }
}
