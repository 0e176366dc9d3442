import { orderList } from './order-list.projection';
import { orderView } from './order-view.projection';
import { sales } from './sales.projection';

/** The reducers of today: a new database starts with their tables. */
export const orderProjections = [orderView, orderList, sales];

/**
 * Reducers that a live or kept table of an older database was made by, until those tables have gone. Version 1 is from
 * before money that is owed was kept. Its columns are those of today, and only rows with a refund differ: those are
 * read from their streams (`view-order/as-of-today.query.ts`) until the table of today's version is live.
 */
export const earlierProjections = [
  { ...orderView, version: 1 },
  { ...orderList, version: 1 },
];
