import { orderList } from './order-list.projection';
import { orderView } from './order-view.projection';
import { sales } from './sales.projection';

/** Every reducer that a live or kept table was made by; a new version joins the old one until that has gone. */
export const orderProjections = [orderView, orderList, sales];
