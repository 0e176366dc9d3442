import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape } from '#kernel';
import { answer, Answers, OperationDoc, page, PageQuery, parseCursor } from '#platform/http';
import { SignedIn, CurrentCaller, type UserCaller } from '#platform/security';
import { tierOf } from '../model/points';
import { Points } from '../model/points.store';

const Loyalty = z
  .object({
    balance: z.int().meta({ example: 15 }),
    tier: z.enum(['bronze', 'silver', 'gold']),
    entries: z.array(
      z.object({
        id: IdShape,
        points: z.int().meta({ description: 'Positive: earned. Negative: taken back.', example: 15 }),
        reason: z.enum(['order-confirmed', 'order-completed', 'order-cancelled', 'order-refunded']),
        orderId: IdShape,
        at: InstantShape,
      }),
    ),
  })
  .meta({ id: 'Loyalty' });

const CursorShape = z.object({ at: InstantShape, id: IdShape });

@ApiTags('Me')
@Controller('users/me/loyalty')
@SignedIn()
export class MyLoyaltyController {
  constructor(private readonly points: Points) {}

  @Get()
  @OperationDoc('viewMyLoyalty', 'My points: the balance, my tier, and the entries, newest first')
  @Answers(200, Loyalty, {
    meta: z.object({ nextCursor: z.string().nullable(), hasMore: z.boolean() }),
  })
  async view(@CurrentCaller() { userId }: UserCaller, @Query() { limit, cursor }: PageQuery) {
    const [{ balance, earned }, rows] = await Promise.all([
      this.points.balance(userId),
      this.points.entries(userId, parseCursor(cursor, CursorShape), limit + 1),
    ]);
    const entries = page(
      rows,
      limit,
      ({ at, id }) => ({ at, id }),
      ({ id, points, reason, order_id, at }) => ({ id, points, reason, orderId: order_id, at: at.toISOString() }),
    );
    const loyalty: z.infer<typeof Loyalty> = { balance, tier: tierOf(earned), entries: entries.data };
    return answer(loyalty, { meta: entries.options.meta });
  }
}
