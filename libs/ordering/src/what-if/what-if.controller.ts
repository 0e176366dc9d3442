import { Body, Controller, Post } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { ChangesNothing, ShowsPeople } from '#platform/audit';
import {
  Answers,
  AnyObject,
  BodyExample,
  OperationDoc,
  DisconnectSignal,
  ListOf,
  OneOf,
  PathId,
  Refuses,
  WholeNumber,
} from '#platform/http';
import { Allowed } from '#platform/security';
import { orderEventTypes, type OrderEvent } from '../model/order';
import { EVENT_BROKEN, ORDER_TOO_LONG } from '../order-history/event-answer';
import { WhatIfAnswer } from './what-if-answer';
import { WhatIf, type WhatIfResult } from './what-if.query';

const schemaVersion = { min: 1, max: 1_000, optional: true } as const;

class ChangedEventBody {
  @WholeNumber({ min: 1, max: 1_000_000, description: 'The version of the event.', example: 1 })
  version!: number;

  @AnyObject({ description: 'All data of the event, in the format of the raw stream.', example: {} })
  data!: Record<string, unknown>;

  @WholeNumber({
    ...schemaVersion,
    description: 'The schema version of this data. The default is the schema version of the stored event.',
    example: 1,
  })
  schemaVersion?: number;
}

class AddedEventBody {
  @WholeNumber({
    min: 0,
    max: 1_000_000,
    description: 'The version after which the event is added. With 0 it becomes the first event.',
    example: 1,
  })
  after!: number;

  @OneOf(orderEventTypes, { example: 'OrderAccepted' })
  type!: OrderEvent['type'];

  @AnyObject({ example: {} })
  data!: Record<string, unknown>;

  @WholeNumber({
    ...schemaVersion,
    description: 'The schema version of this data. The default is the current schema version.',
    example: 1,
  })
  schemaVersion?: number;
}

class WhatIfBody {
  @ListOf('whole', {
    max: 1_000,
    optional: true,
    description: 'The versions of the events to leave out.',
    example: [2],
  })
  leaveOut?: number[];

  @ListOf(() => ChangedEventBody, { max: 100, optional: true, description: 'Events to change.' })
  change?: ChangedEventBody[];

  @ListOf(() => AddedEventBody, { max: 100, optional: true, description: 'Events to add.' })
  add?: AddedEventBody[];
}

@ApiTags('Replay')
@Controller('admin/orders/:id')
export class WhatIfController {
  constructor(private readonly queries: QueryBus) {}

  @Post('what-if')
  @Allowed('audit')
  @ChangesNothing()
  @ShowsPeople()
  @OperationDoc(
    'askWhatIf',
    'Compute how an order would be with other events',
    'The state of the order is computed with events left out, changed or added, and the sagas are replayed with these events. Nothing is stored or sent.',
  )
  @BodyExample({
    leaveOut: [2],
    add: [{ after: 2, type: 'CancellationRequested', data: { by: 'customer', reason: null } }],
  })
  @Answers(200, WhatIfAnswer, { description: 'The order as it is, the order as it would be, and the differences.' })
  @Refuses('NOT_FOUND', 'VALIDATION_ERROR', EVENT_BROKEN, ORDER_TOO_LONG)
  async whatIf(
    @PathId() id: Uuid,
    @Body() body: WhatIfBody,
    @DisconnectSignal() gone: AbortSignal,
  ): Promise<WhatIfResult> {
    return this.queries.execute(new WhatIf(id, body, gone));
  }
}
