import { Controller, Get, Header, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import { ShowsPeople } from '#platform/audit';
import { Answers, Bare, OperationDoc, DisconnectSignal, PathId, Refuses } from '#platform/http';
import { Allowed } from '#platform/security';
import { OrderEvidenceShape } from './order-evidence.config';
import { OrderEvidence } from './order-evidence.query';

@ApiTags('Replay')
@Controller('admin/orders/:id')
export class OrderEvidenceController {
  constructor(private readonly queries: QueryBus) {}

  @Get('evidence')
  @Allowed('audit')
  @ShowsPeople()
  @Bare()
  @Header('cache-control', 'no-store')
  @OperationDoc(
    'exportOrderEvidence',
    'One file that proves what happened to an order',
    'The file has the canonical bytes of the events, Merkle paths, signed seals and the timeline, and a signature over all of it. It can be checked without the shop. Personal values stay sealed.',
  )
  @Answers(200, OrderEvidenceShape, {
    description: 'The file. Store it without changing a byte.',
    headers: { 'Content-Disposition': '`attachment`, with a name for the file.' },
  })
  @Refuses(
    'NOT_FOUND',
    { status: 409, code: 'LOG_TAMPERED', when: 'The stored events are not the events that were sealed.' },
    { status: 503, code: 'SEAL_ANCHOR_UNUSABLE', when: 'The file that remembers the newest seal cannot be used.' },
    { status: 503, code: 'NOT_SEALED_YET', when: 'The last events are not sealed yet.' },
  )
  async evidence(@PathId() id: Uuid, @DisconnectSignal() gone: AbortSignal): Promise<StreamableFile> {
    const bytes = Buffer.from(await this.queries.execute(new OrderEvidence(id, gone)));
    return new StreamableFile(bytes, {
      type: 'application/json; charset=utf-8',
      disposition: `attachment; filename="order-${id}.evidence.json"`,
      length: bytes.length,
    });
  }
}
