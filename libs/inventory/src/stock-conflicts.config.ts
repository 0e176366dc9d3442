import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';

const NAME = 'stock_conflicts_total';

export const stockConflicts = makeCounterProvider({
  name: NAME,
  help: 'Requests for stock that were refused, by reason',
  labelNames: ['why'],
});

export type Conflict = 'short' | 'commit-refused' | 'below-reserved' | 'stale';

export const CountsConflicts = (): ParameterDecorator => InjectMetric(NAME);
