import { ViewOrderController } from './view-order.controller';
import { ViewOrderHandler } from './view-order.query';

export const viewOrderProviders = [ViewOrderHandler];
export const viewOrderControllers = [ViewOrderController];
