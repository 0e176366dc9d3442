import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { z } from 'zod';
import { Noted } from '#platform/audit';
import { answer, Answers, Does, PathId, Refuses, Text, Whole, type Answer } from '#platform/http';
import { Allowed, Who, type Caller } from '#platform/security';
import { staffActor } from '../model/actors';
import { EventAnswer, VERSION_NOT_THERE } from '../order-history/event-answer';
import { VoidEvent } from './void-event.command';

class VoidEventBody {
  @Whole({ min: 1, max: 1_000_000, description: 'The version of the event that is broken.', example: 3 })
  version!: number;

  @Text({ min: 1, max: 500, trim: true, description: 'Why; no names, please.', example: 'Written by a faulty import' })
  reason!: string;
}

const VoidedAnswer = EventAnswer.extend({
  leaves: z
    .object({
      status: z.string().nullable().meta({ description: 'Of the order now; null while another event is broken.' }),
      toDo: z.array(z.string()).meta({ description: 'What it leaves, and how the order is brought to its end.' }),
    })
    .meta({ description: 'The order compared with what its checkout and its refunds had done by then.' }),
}).meta({ id: 'VoidedEvent' });

@ApiTags('Replay')
@Controller('admin/orders/:id')
export class VoidEventController {
  constructor(private readonly commands: CommandBus) {}

  @Post('void-event')
  @Allowed('ops')
  @Noted('reason')
  @Does(
    'voidEvent',
    'Declare a broken event void',
    'The declaration is an event of the order itself, so it is chained and sealed, and verify counts it. From then on the ' +
      'order is what its other events make of it. The event stays in the raw stream. Of an event that can be read nothing ' +
      'can be taken back. Where money or goods have moved that the order does not tell of any more, `leaves` says so and what ' +
      'to do; its sagas compare themselves with it. Beforehand `what-if` with `leaveOut` shows what the order would be.',
  )
  @Answers(201, VoidedAnswer, { description: 'The event that says so, and what it leaves.' })
  @Refuses(
    'NOT_FOUND',
    'VALIDATION_ERROR',
    'VERSION_CONFLICT',
    VERSION_NOT_THERE,
    { status: 409, code: 'EVENT_NOT_BROKEN', when: 'The event can be read, so it counts.' },
    { status: 409, code: 'FIRST_EVENT_NEEDED', when: 'Without its first event there is no order.' },
  )
  async void(@PathId() id: Uuid, @Body() { version, reason }: VoidEventBody, @Who() caller: Caller): Promise<Answer> {
    return answer(await this.commands.execute(new VoidEvent(id, version, reason, staffActor(caller))), { status: 201 });
  }
}
