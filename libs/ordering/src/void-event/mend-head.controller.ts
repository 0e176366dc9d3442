import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { IdShape, type Uuid } from '#kernel';
import { z } from 'zod';
import { Noted } from '#platform/audit';
import { answer, Answers, Does, PathId, Refuses, Text, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { MendHead } from './mend-head.command';

class MendHeadBody {
  @Text({ min: 1, max: 500, trim: true, description: 'Why; no names, please.', example: 'Raised by a faulty import' })
  reason!: string;
}

const MendedHeadAnswer = z
  .object({
    orderId: IdShape,
    head: z.int().meta({ description: 'The version that was written down for the order.' }),
    last: z.int().meta({ description: 'The version of its last event, which is written down now.' }),
  })
  .meta({ id: 'MendedHead' });

@ApiTags('Replay')
@Controller('admin/orders/:id')
export class MendHeadController {
  constructor(private readonly commands: CommandBus) {}

  @Post('mend-head')
  @HttpCode(200)
  @Allowed('ops')
  @Noted('reason')
  @Does(
    'mendHead',
    'Put an order right whose version is not that of its last event',
    'Every command on such an order is answered 409. The shop never writes the two apart, so find out first who did. ' +
      'Where the last event is not of this shop either, `void-event` puts the version right as well.',
  )
  @Answers(200, MendedHeadAnswer, { description: 'What the version was, and what it is.' })
  @Refuses('NOT_FOUND', 'VALIDATION_ERROR', {
    ...{ status: 409, code: 'HEAD_NOT_BROKEN', when: 'The version is that of the last event.' },
  })
  async mend(@PathId() id: Uuid, @Body() _: MendHeadBody): Promise<Answer> {
    return answer(await this.commands.execute(new MendHead(id)));
  }
}
