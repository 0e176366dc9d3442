import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { beginOf, endOf, InstantShape, MoneyShape, shopDay } from '#kernel';
import { answer, Answers, OperationDoc, From, InvalidInput, OneOf, Until, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';
import { Clock } from '#platform/system';
import { groupings, SalesReport, type Grouping } from './sales-report.query';

class SalesQuery {
  @From('The report begins with this day in Vietnam, or at this time. The default is the day 29 days before today.')
  from?: Date;

  @Until('The report ends with this day in Vietnam, or before this time. The default is today.')
  to?: Date;

  @OneOf(groupings, { default: 'day', description: 'Whether the sums are made per day, per month or per product.' })
  by: Grouping = 'day';
}

const Sums = {
  orders: z.int().meta({ description: 'The number of confirmed orders.' }),
  items: z.int().meta({ description: 'The number of pieces in these orders.' }),
  gross: MoneyShape.meta({ description: 'The total of the confirmed orders.' }),
  refunded: MoneyShape.meta({ description: 'The total of the refunds.' }),
  lost: MoneyShape.meta({
    description: 'The cash that was not paid for orders that were cancelled after their confirmation.',
  }),
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
  @OperationDoc(
    'reportSales',
    'Sales by day, month or product',
    'An order counts on the day of its confirmation. A refund counts on the day on which the money was given back. Days are days in Vietnam.',
  )
  @Answers(200, SalesAnswer, {
    description: 'One row for each day, month or product, and the total.',
    list: true,
    meta: Meta,
  })
  async sales(@Query() query: SalesQuery): Promise<Answer> {
    const now = this.clock.now();
    const from = query.from ?? beginOf(shopDay(new Date(now.getTime() - DEFAULT_SPAN_MS)))!;
    const to = query.to ?? endOf(shopDay(now))!;
    if (from >= to) throw new InvalidInput([{ field: 'to', message: 'must be after from' }]);
    const { rows, total } = await this.queries.execute(new SalesReport(from, to, query.by));
    return answer(rows, { meta: { from: from.toISOString(), to: to.toISOString(), by: query.by, total } });
  }
}
