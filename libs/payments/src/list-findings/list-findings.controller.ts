import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape } from '#kernel';
import { Answers, Does, Id, OneOf, page, PageQuery, placeOf, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { findingKinds, findingStates, type FindingState } from '../model/finding';
import { Findings, type ListedFinding } from '../model/findings.store';

const FindingAnswer = z
  .object({
    id: IdShape,
    kind: z.enum(findingKinds).meta({ description: 'What does not fit.' }),
    state: z.enum(findingStates).meta({
      description:
        '`noted`: nothing was done with the money. `refused`: the provider does not give it back; somebody has to look.',
    }),
    provider: z.string().meta({ example: 'sandbox' }),
    chargeId: z.string().nullable(),
    paymentKey: z.string().meta({ description: 'The key that the provider named.' }),
    orderId: IdShape.nullable().meta({ description: 'The order of ours that it is about, if there is one.' }),
    amount: z.object({ amount: z.int(), currency: z.string() }).meta({ example: { amount: 55000, currency: 'VND' } }),
    reason: z.string().nullable(),
    foundAt: InstantShape,
    settledAt: InstantShape.nullable(),
  })
  .meta({ id: 'PaymentFinding' });

class FindingsPage extends PageQuery {
  @OneOf(findingStates, { optional: true, description: 'Only findings in this state.' })
  state?: FindingState;

  @Id({ optional: true, description: 'Only findings about this order.' })
  orderId?: string;
}

const Place = z.object({ foundAt: InstantShape, id: IdShape });

const show = (found: ListedFinding): z.infer<typeof FindingAnswer> => ({
  ...{ id: found.id, kind: found.kind, state: found.state, provider: found.provider, chargeId: found.chargeId },
  ...{ paymentKey: found.paymentKey, orderId: found.orderId, amount: found.amount, reason: found.reason },
  ...{ foundAt: found.foundAt.toISOString(), settledAt: found.settledAt?.toISOString() ?? null },
});

@ApiTags('Payments')
@Controller('admin/payments/findings')
export class ListFindingsController {
  constructor(private readonly findings: Findings) {}

  @Get()
  @Allowed('ops')
  @Does(
    'listPaymentFindings',
    'Money that fits no payment, came too late or twice, or was settled by hand',
    'The newest first. Money that names no payment of ours is only noted. Money that a payment of ours did not need goes back once.',
  )
  @Answers(200, FindingAnswer, { description: 'A page of them.', list: true, paged: true })
  async list(@Query() { limit, cursor, state, orderId }: FindingsPage): Promise<Answer> {
    const rows = await this.findings.list({ state, orderId }, limit + 1, placeOf(cursor, Place));
    return page(rows, limit, ({ foundAt, id }) => ({ foundAt: foundAt.toISOString(), id }), show);
  }
}
