import { sameId } from '#kernel';
import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Noted } from '#platform/audit';
import { contextNames, shopContexts, type ContextName } from '#platform/config';
import {
  Answers,
  BodyExample,
  Does,
  InvalidInput,
  Line,
  ListOf,
  OneOf,
  page,
  PageQuery,
  placeOf,
  Refuses,
  Text,
  textOf,
  type Answer,
} from '#platform/http';
import { ambient } from '#platform/observability';
import { Allowed, Who, type Caller } from '#platform/security';
import { DeadLetterAnswer, RedrivenAnswer, showLetter } from './letter-answer';
import { parseLetterId } from './letter-id';
import { ListDeadLetters, ViewDeadLetter } from './letters.query';
import { DropDeadLetter, RedriveDeadLetter, RedriveDeadLetters, type Redriven } from './settle-letters.command';

class LettersPage extends PageQuery {
  @OneOf(shopContexts, { optional: true, description: 'Only of this context.' })
  context?: ContextName;

  @Line({ min: 1, max: 200, optional: true, description: 'Only of this key: an order, most often.' })
  key?: string;

  @Line({ min: 1, max: 200, optional: true, description: 'Only messages of this type.' })
  type?: string;
}

class RedriveBody {
  @ListOf('text', { min: 1, max: 1000, optional: true, description: 'These, by id.' })
  ids?: readonly string[];

  @OneOf(shopContexts, { optional: true, description: 'All of this context.' })
  context?: ContextName;

  @Line({ min: 1, max: 200, optional: true, description: 'All of this key: an order, most often.' })
  key?: string;

  @Line({ min: 1, max: 200, optional: true, description: 'All messages of this type.' })
  type?: string;
}

class DropBody {
  @Text({ min: 1, max: 200, trim: true, optional: true, description: 'Why, without names. Here, or in the query.' })
  reason?: string;
}

class DropQuery {
  @Text({ min: 1, max: 200, trim: true, optional: true, description: 'Why, without names. Here, or in the body.' })
  reason?: string;
}

const LetterCursor = z.object({ context: z.enum(contextNames), seq: z.int().positive() });
const idParam = ApiParam({ name: 'id', schema: { type: 'string' }, example: 'ordering-123' });
const refuse = (field: string, text: string): never => {
  throw new InvalidInput([{ field, message: textOf(text, ambient()?.locale ?? 'en') }]);
};

/** Converts the key to the standard form of ids, because a key is usually an id. */
const withStandardKey = <Filter extends { readonly key?: string }>(filter: Filter): Filter =>
  filter.key === undefined ? filter : { ...filter, key: sameId(filter.key) };

@ApiTags('Operations')
@Controller('admin/dead-letters')
export class LettersController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Allowed('ops')
  @Does(
    'listDeadLetters',
    'Messages that were given up',
    'By context, and in each in the order in which they came. A service shows those of its own contexts.',
  )
  @Answers(200, DeadLetterAnswer, { description: 'A page of them.', list: true, paged: true })
  async list(@Query() { limit, cursor, ...filter }: LettersPage): Promise<Answer> {
    const letters = await this.queries.execute(
      new ListDeadLetters(withStandardKey(filter), limit, placeOf(cursor, LetterCursor)),
    );
    return page(letters, limit, ({ context, seq }) => ({ context, seq }), showLetter);
  }

  @Get(':id')
  @Allowed('ops')
  @idParam
  @Does('viewDeadLetter', 'One message that was given up')
  @Answers(200, DeadLetterAnswer, { description: 'The message, why it failed, and how many wait behind it.' })
  @Refuses('NOT_FOUND')
  async view(@Param('id') id: string): Promise<z.infer<typeof DeadLetterAnswer>> {
    return showLetter(await this.queries.execute(new ViewDeadLetter(id)));
  }

  @Post('redrive')
  @Allowed('ops')
  @Noted('ids', 'context', 'key', 'type')
  @BodyExample({ ids: ['ordering-123'] })
  @Does(
    'redriveDeadLetters',
    'Try many again, in order',
    'Named by their ids, or all that have a context, a key or a type in common; at most 1,000 at once.',
  )
  @Answers(200, RedrivenAnswer, { description: 'Which are tried again.' })
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
  @Does('redriveDeadLetter', 'Try one again', 'Behind an earlier dead letter of its key it waits for that one.')
  @Answers(200, RedrivenAnswer, { description: 'It is tried again from the first attempt.' })
  @Refuses('NOT_FOUND')
  async redrive(@Param('id') id: string): Promise<Redriven> {
    return this.commands.execute(new RedriveDeadLetter(id));
  }

  @Delete(':id')
  @Allowed('ops')
  @Noted('reason')
  @idParam
  @Does(
    'dropDeadLetter',
    'Give one up for good',
    'What waits behind it goes on without it, and nobody does its work. If the message was for a checkout, for refunds, or ' +
      'recorded their results, the order is then compared with its sagas by itself: money and goods go back if the order ' +
      'needs it. After any other message about an order, start that comparison with `POST /admin/sagas/{id}/compare`.',
  )
  @Answers(204, null, { description: 'It is never handled.' })
  @Refuses('VALIDATION_ERROR', 'NOT_FOUND')
  async drop(
    @Param('id') id: string,
    @Query() query: DropQuery,
    @Body() body: DropBody,
    @Who() caller: Caller,
  ): Promise<void> {
    const reason = body?.reason ?? query.reason;
    if (reason === undefined) return refuse('reason', 'required');
    await this.commands.execute(new DropDeadLetter(id, caller.kind === 'user' ? caller.userId : 'nobody', reason));
  }
}
