import { ListOrdersController } from './list-orders.controller';
import { ListOrdersHandler } from './list-orders.query';

export const listOrdersProviders = [ListOrdersHandler];
export const listOrdersControllers = [ListOrdersController];
