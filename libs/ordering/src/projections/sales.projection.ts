import type { Projection } from '#event-store/projections';
import type { OrderEvent } from '../model/order';
import { projectSale, type Sale } from '../sales-report/sales';

const lastEntryAt = (sale: Sale): string | null => sale.entries.at(-1)?.at ?? null;

/** The amounts that each order adds to the sales or subtracts from the sales. Reports add up these amounts. */
export const sales: Projection<Sale> = {
  name: 'sales',
  version: 1,
  columns: {
    first_at: { type: 'timestamptz', of: (sale) => sale.entries[0]?.at ?? null },
    last_at: { type: 'timestamptz', of: lastEntryAt },
    net: {
      type: 'bigint',
      money: true,
      of: (sale) => sale.entries.reduce((net, { kind, amount }) => net + (kind === 'sold' ? 1 : -1) * amount.amount, 0),
    },
  },
  indexes: [['last_at', 'first_at']],
  project: (sale, event) => projectSale(sale, event as unknown as OrderEvent, event.timestamp.toISOString()),
};
