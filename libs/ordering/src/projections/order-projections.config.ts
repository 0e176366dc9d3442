import { orderList } from './order-list.projection';
import { orderView } from './order-view.projection';
import { sales } from './sales.projection';

/** As they were before money that is owed was kept. Their rows lack it, and are shown as if nothing were owed. */
const earlier = [
  { ...orderView, version: 1 },
  { ...orderList, version: 1 },
];

/** Every reducer that a live or kept table was made by; a new version joins the old one until that has gone. */
export const orderProjections = [orderView, orderList, ...earlier, sales];
