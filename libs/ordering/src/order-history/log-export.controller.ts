import { Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { ProvedSealShape } from '#event-store';
import { answer, Answers, Bare, OperationDoc, WholeNumber, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { ExportEvents, LogSeals } from './event-log.query';

class SealsQuery {
  @WholeNumber({ min: 0, default: 0, description: 'Only seals that cover events after this position.', example: 0 })
  after: number = 0;

  @WholeNumber({ min: 1, max: 100, default: 20, description: 'The maximum number of seals.', example: 20 })
  limit: number = 20;
}

class ExportQuery {
  @WholeNumber({
    min: 1,
    default: 1,
    description: 'The export begins with the seal that covers this position.',
    example: 1,
  })
  from: number = 1;

  @WholeNumber({
    min: 1,
    optional: true,
    description: 'The export ends with the seal that covers this position. By default it ends at the end of the log.',
  })
  to?: number;
}

const SealAnswer = ProvedSealShape.meta({ id: 'LogSeal' });

const Meta = z.object({
  nextAfter: z.int().nullable().meta({ description: 'The `after` of the next page; null at the end.' }),
  hasMore: z.boolean(),
});

@ApiTags('Replay')
@Controller('admin/events')
export class LogExportController {
  constructor(private readonly queries: QueryBus) {}

  @Get('seals')
  @Allowed('audit')
  @OperationDoc('listSeals', 'The signed seals over the log', 'Each seal contains the signature of the seal before it.')
  @Answers(200, SealAnswer, { description: 'A page of seals, by position.', list: true, meta: Meta })
  async seals(@Query() { after, limit }: SealsQuery): Promise<Answer> {
    const seals = await this.queries.execute(new LogSeals(after, limit));
    const shown = seals.slice(0, limit);
    const hasMore = seals.length > limit;
    return answer(shown, { meta: { nextAfter: hasMore ? shown.at(-1)!.position : null, hasMore } });
  }

  @Get('export')
  @Allowed('audit')
  @Bare()
  @Header('cache-control', 'no-store')
  @ApiProduces('application/x-ndjson')
  @OperationDoc(
    'exportEvents',
    'Export the log, or a part of it, for a check without the shop',
    'Each line is one JSON object: canonical events, seals, records about seals, and a signature over all lines. Personal values stay sealed.',
  )
  @Answers(200, z.string().meta({ example: '{"format":"coffee-tea.log-export.1"}' }), {
    description: 'The lines. Store them without changing a byte.',
    headers: { 'Content-Disposition': '`attachment`, with a name for the file.' },
  })
  async export(@Query() { from, to }: ExportQuery): Promise<StreamableFile> {
    const lines = await this.queries.execute(new ExportEvents(from, to));
    return new StreamableFile(Readable.from(lines, { objectMode: false, highWaterMark: 65_536 }), {
      type: 'application/x-ndjson; charset=utf-8',
      disposition: 'attachment; filename="events.ndjson"',
    });
  }
}
