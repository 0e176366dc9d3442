import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';

const NAME = 'orders_total';

export const ordersTotal = makeCounterProvider({ name: NAME, help: 'Total number of orders created' });

export const InjectOrdersTotal = (): ParameterDecorator => InjectMetric(NAME);
