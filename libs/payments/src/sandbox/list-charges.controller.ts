import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape, MoneyShape, vnd } from '#kernel';
import { Answers, OperationDoc, Id } from '#platform/http';
import { Allowed } from '#platform/security';
import { SandboxLedger } from './sandbox-ledger.store';

const SandboxCharge = z
  .object({
    id: IdShape,
    orderId: IdShape,
    amount: MoneyShape,
    status: z.enum(['captured', 'refunded']),
    refunded: MoneyShape,
    idempotencyKey: z.string(),
    at: InstantShape,
  })
  .meta({ id: 'SandboxCharge' });

class ChargesQuery {
  @Id({ optional: true })
  orderId?: string;
}

@ApiTags('Sandbox')
@Controller('admin/sandbox/charges')
export class ListChargesController {
  constructor(private readonly ledger: SandboxLedger) {}

  @Get()
  @Allowed('ops')
  @OperationDoc('listSandboxCharges', "The charges of the sandbox provider, from the provider's own records")
  @Answers(200, SandboxCharge, { list: true })
  async list(@Query() { orderId }: ChargesQuery): Promise<z.infer<typeof SandboxCharge>[]> {
    const rows = await this.ledger.charges(orderId);
    return rows.map((row) => ({
      id: row.id,
      orderId: row.order_id,
      amount: vnd(row.amount),
      status: row.state === 'refunded' ? 'refunded' : 'captured',
      refunded: vnd(row.refunded),
      idempotencyKey: row.key,
      at: row.at.toISOString(),
    }));
  }
}
