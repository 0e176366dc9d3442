import { orderList } from './order-list.projection';
import { orderView } from './order-view.projection';
import { sales } from './sales.projection';

/** The current reducers. A new database starts with their tables. */
export const orderProjections = [orderView, orderList, sales];

/**
 * Reducers of older versions. In an older database, perhaps the tables of these versions are still live, or are kept
 * for a rollback. A reducer stays in this list until no database has its table. Version 1 did not store the money that
 * is owed. It has the same columns as the current version, and only rows with a refund differ. Until the table of the
 * current version is live, orders with a refund are read from their streams (`view-order/upgrade-view.query.ts`).
 */
export const earlierProjections = [
  { ...orderView, version: 1 },
  { ...orderList, version: 1 },
];
