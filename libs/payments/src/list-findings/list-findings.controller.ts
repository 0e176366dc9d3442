import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape, type Uuid } from '#kernel';
import {
  Answers,
  OperationDoc,
  Flag,
  Id,
  OneOf,
  page,
  PageQuery,
  PathId,
  parseCursor,
  Refuses,
  Text,
  type Answer,
} from '#platform/http';
import { Allowed, CurrentCaller, type UserCaller } from '#platform/security';
import { findingKinds, findingStates, type FindingState } from '../model/finding';
import { Findings, type ListedFinding } from '../model/findings.store';
import { SettleFinding } from '../settle-finding/settle-finding.command';

const FindingAnswer = z
  .object({
    id: IdShape,
    kind: z.enum(findingKinds).meta({ description: 'Why the money does not fit a payment.' }),
    state: z.enum(findingStates).meta({
      description:
        '`noted`: the shop has done nothing with the money; staff must deal with it. `giving-back`: the shop is giving the money ' +
        'back. `given-back`: the money was given back. `refused`: the provider refuses to give the money back; staff must deal ' +
        'with it. `settled`: staff have dealt with it.',
    }),
    provider: z.string().meta({ example: 'sandbox' }),
    chargeId: z.string().nullable(),
    paymentKey: z.string().meta({ description: 'The key of the payment, as the provider reported it.' }),
    orderId: IdShape.nullable().meta({
      description: 'The order that the money belongs to; null if there is no such order in this shop.',
    }),
    amount: z.object({ amount: z.int(), currency: z.string() }).meta({ example: { amount: 55000, currency: 'VND' } }),
    reason: z.string().nullable(),
    foundAt: InstantShape,
    settledAt: InstantShape.nullable(),
    settledBy: IdShape.nullable().meta({ description: 'The account of the person who settled the finding.' }),
    note: z.string().nullable().meta({ description: 'What the person who settled the finding found out.' }),
  })
  .meta({ id: 'PaymentFinding' });

class FindingsPage extends PageQuery {
  @OneOf(findingStates, { optional: true, description: 'Only findings in this state.' })
  state?: FindingState;

  @Id({ optional: true, description: 'Only findings about this order.' })
  orderId?: string;

  @Flag({ optional: true, description: 'True: only findings that staff must deal with. False: only the others.' })
  open?: boolean;
}

class SettleBody {
  @Text({ min: 1, max: 1000, trim: true, example: 'The bank has sent the money back on 3 December.' })
  note!: string;
}

const CursorShape = z.object({ foundAt: InstantShape, id: IdShape });

const viewFinding = (found: ListedFinding): z.infer<typeof FindingAnswer> => ({
  ...{ id: found.id, kind: found.kind, state: found.state, provider: found.provider, chargeId: found.chargeId },
  ...{ paymentKey: found.paymentKey, orderId: found.orderId, amount: found.amount, reason: found.reason },
  ...{ foundAt: found.foundAt.toISOString(), settledAt: found.settledAt?.toISOString() ?? null },
  ...{ settledBy: found.settledBy, note: found.note },
});

@ApiTags('Payments')
@Controller('admin/payments/findings')
export class ListFindingsController {
  constructor(
    private readonly findings: Findings,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Allowed('ops')
  @OperationDoc(
    'listPaymentFindings',
    'Money that fits no payment, came too late or twice, or was settled by hand',
    'Newest first. If the provider reports money for a payment that this shop does not have, the finding is only noted. Money that ' +
      'a payment of this shop does not need is given back, once.',
  )
  @Answers(200, FindingAnswer, { description: 'A page of them.', list: true, paged: true })
  async list(@Query() { limit, cursor, state, orderId, open }: FindingsPage): Promise<Answer> {
    const rows = await this.findings.list({ state, orderId, open }, limit + 1, parseCursor(cursor, CursorShape));
    return page(rows, limit, ({ foundAt, id }) => ({ foundAt: foundAt.toISOString(), id }), viewFinding);
  }
  @Post(':id/settle')
  @HttpCode(200)
  @Allowed('ops')
  @OperationDoc(
    'settlePaymentFinding',
    'Mark a finding as settled',
    'This does nothing with the money. If the finding was settled before, nothing changes.',
  )
  @Answers(200, FindingAnswer)
  @Refuses('NOT_FOUND', {
    status: 409,
    code: 'FINDING_NEEDS_NOBODY',
    when: 'The shop is giving this money back, or has given it back, without help from staff.',
  })
  async settle(
    @PathId() id: Uuid,
    @Body() { note }: SettleBody,
    @CurrentCaller() { userId }: UserCaller,
  ): Promise<z.infer<typeof FindingAnswer>> {
    return viewFinding(await this.commands.execute(new SettleFinding(id, note, userId)));
  }
}
