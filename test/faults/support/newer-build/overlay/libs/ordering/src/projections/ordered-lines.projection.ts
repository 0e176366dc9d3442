import type { Projection } from '#event-store/projections';

interface OrderedLines {
  readonly events: number;
}

/** How many events an order has. */
export const orderedLines: Projection<OrderedLines> = {
  name: 'ordered-lines',
  version: 1,
  columns: { events: { type: 'integer', of: ({ events }) => events } },
  indexes: [],
  project: (view) => ({ events: (view?.events ?? 0) + 1 }),
};
