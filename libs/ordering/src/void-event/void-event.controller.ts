import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { z } from 'zod';
import { AuditedFields } from '#platform/audit';
import { answer, Answers, OperationDoc, PathId, Refuses, Text, WholeNumber, type Answer } from '#platform/http';
import { Allowed, CurrentCaller, type Caller } from '#platform/security';
import { staffActor } from '../model/actors';
import { EventAnswer, VERSION_NOT_THERE } from '../order-history/event-answer';
import { VoidEvent } from './void-event.command';

class VoidEventBody {
  @WholeNumber({ min: 1, max: 1_000_000, description: 'The version of the broken event.', example: 3 })
  version!: number;

  @Text({
    min: 1,
    max: 500,
    trim: true,
    description: 'The reason, without names of people.',
    example: 'Written by a faulty import',
  })
  reason!: string;
}

const VoidedAnswer = EventAnswer.extend({
  leaves: z
    .object({
      status: z
        .string()
        .nullable()
        .meta({ description: 'The status of the order now. Null while another event is broken.' }),
      toDo: z.array(z.string()).meta({ description: 'What staff must do now.' }),
    })
    .meta({ description: 'The state of the order after the declaration, compared with its checkout and its refunds.' }),
}).meta({ id: 'VoidedEvent' });

@ApiTags('Replay')
@Controller('admin/orders/:id')
export class VoidEventController {
  constructor(private readonly commands: CommandBus) {}

  @Post('void-event')
  @Allowed('ops')
  @AuditedFields('reason')
  @OperationDoc(
    'voidEvent',
    'Declare a broken event void',
    'The declaration is itself an event of the order. So it is part of the hash chain and of the seals, and a verification ' +
      'checks it. From then on the state of the order is computed without the void event, which stays in the raw stream. Only ' +
      'a broken event can be void: one that cannot be read, numbered or applied to the order. If money or goods have moved, but the order no longer has the event ' +
      'that says so, `leaves` reports this, and what staff must do. The sagas compare their state with the order. `what-if` with ' +
      '`leaveOut` shows in advance how the order would be.',
  )
  @Answers(201, VoidedAnswer, {
    description: 'The event that declares the other one void, and the state of the order after it.',
  })
  @Refuses(
    'NOT_FOUND',
    'VALIDATION_ERROR',
    'VERSION_CONFLICT',
    VERSION_NOT_THERE,
    {
      status: 409,
      code: 'EVENT_NOT_BROKEN',
      when: 'The event is not broken: it can be read, numbered and applied to the order. So it cannot be declared void.',
    },
    {
      status: 409,
      code: 'FIRST_EVENT_NEEDED',
      when: 'The first event cannot be declared void, because without it there is no order.',
    },
  )
  async void(
    @PathId() id: Uuid,
    @Body() { version, reason }: VoidEventBody,
    @CurrentCaller() caller: Caller,
  ): Promise<Answer> {
    return answer(await this.commands.execute(new VoidEvent(id, version, reason, staffActor(caller))), { status: 201 });
  }
}
