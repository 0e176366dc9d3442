import { orderList } from './order-list.projection';
import { orderView } from './order-view.projection';
import { sales } from './sales.projection';

/** The current reducers. A new database starts with their tables. */
export const orderProjections = [orderView, orderList, sales];

/**
 * Reducers of older versions whose tables may still be live in an older database, or kept there for a rollback. They
 * stay until those tables are gone. Version 1 did not store the money that is owed. Its columns are those of the
 * current version, and only rows with a refund differ. Such rows are read from their streams
 * (`view-order/upgrade-view.query.ts`) until the table of the current version is live.
 */
export const earlierProjections = [
  { ...orderView, version: 1 },
  { ...orderList, version: 1 },
];
