import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { IdShape, type Uuid } from '#kernel';
import { z } from 'zod';
import { AuditedFields } from '#platform/audit';
import { answer, Answers, OperationDoc, PathId, Refuses, Text, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { MendHead } from './mend-head.command';

class MendHeadBody {
  @Text({
    min: 1,
    max: 500,
    trim: true,
    description: 'The reason, without names of people.',
    example: 'Raised by a faulty import',
  })
  reason!: string;
}

const MendedHeadAnswer = z
  .object({
    orderId: IdShape,
    head: z.int().meta({ description: 'The stored version of the order before the repair.' }),
    last: z.int().meta({ description: 'The version of the last event of the order. It is now the stored version.' }),
  })
  .meta({ id: 'MendedHead' });

@ApiTags('Replay')
@Controller('admin/orders/:id')
export class MendHeadController {
  constructor(private readonly commands: CommandBus) {}

  @Post('mend-head')
  @HttpCode(200)
  @Allowed('ops')
  @AuditedFields('reason')
  @OperationDoc(
    'mendHead',
    'Repair an order whose stored version differs from the version of its last event',
    'Every change of such an order is refused with 409. The shop itself never causes this difference, so first find out who ' +
      'caused it. If the shop did not write the last event either, use `void-event`: it also repairs the version.',
  )
  @Answers(200, MendedHeadAnswer, { description: 'The version before and after the repair.' })
  @Refuses('NOT_FOUND', 'VALIDATION_ERROR', {
    ...{
      status: 409,
      code: 'HEAD_NOT_BROKEN',
      when: 'The stored version is the version of the last event, so there is nothing to repair.',
    },
  })
  async mend(@PathId() id: Uuid, @Body() _: MendHeadBody): Promise<Answer> {
    return answer(await this.commands.execute(new MendHead(id)));
  }
}
