import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { beginOf, endOf, InstantShape, MoneyShape, shopDay } from '#kernel';
import { answer, Answers, Does, From, InvalidInput, OneOf, Until, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { Clock } from '#platform/system';
import { groupings, SalesReport, type Grouping } from './sales-report.query';

class SalesQuery {
  @From('The first day in Vietnam, or from this time on; 30 days by default.')
  from?: Date;

  @Until('The last day in Vietnam, or before this time; today by default.')
  to?: Date;

  @OneOf(groupings, { default: 'day', description: 'What to sum by.' })
  by: Grouping = 'day';
}

const Sums = {
  orders: z.int().meta({ description: 'The number of confirmed orders.' }),
  items: z.int().meta({ description: 'The number of pieces in these orders.' }),
  gross: MoneyShape.meta({ description: 'The total of the confirmed orders.' }),
  refunded: MoneyShape.meta({ description: 'The total of the refunds.' }),
  lost: MoneyShape.meta({ description: 'The unpaid cash of orders that were cancelled after their confirmation.' }),
  net: MoneyShape.meta({ description: 'Gross minus refunded minus lost.' }),
};

export const SalesAnswer = z
  .object({
    key: z.string().meta({ description: "The day, the month, or the product's id.", example: '2026-11-23' }),
    name: z.string().meta({ example: '2026-11-23' }),
    ...Sums,
  })
  .meta({ id: 'Sales' });

const Meta = z.object({ from: InstantShape, to: InstantShape, by: z.enum(groupings), total: z.object(Sums) });

const DEFAULT_SPAN_MS = 29 * 86_400_000;

@ApiTags('Reports')
@Controller('admin/reports')
export class SalesReportController {
  constructor(
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  @Get('sales')
  @Allowed('reports')
  @Does(
    'reportSales',
    'Sales by day, month or product',
    'An order counts on the day it was confirmed, a refund on the day the money went back; days are days in Vietnam.',
  )
  @Answers(200, SalesAnswer, { description: 'One row each, and the total.', list: true, meta: Meta })
  async sales(@Query() query: SalesQuery): Promise<Answer> {
    const now = this.clock.now();
    const from = query.from ?? beginOf(shopDay(new Date(now.getTime() - DEFAULT_SPAN_MS)))!;
    const to = query.to ?? endOf(shopDay(now))!;
    if (from >= to) throw new InvalidInput([{ field: 'to', message: 'must lie after from' }]);
    const { rows, total } = await this.queries.execute(new SalesReport(from, to, query.by));
    return answer(rows, { meta: { from: from.toISOString(), to: to.toISOString(), by: query.by, total } });
  }
}
