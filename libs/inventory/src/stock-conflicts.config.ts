import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';

const NAME = 'stock_conflicts_total';

export const stockConflicts = makeCounterProvider({
  name: NAME,
  help: 'Requests for stock that its level or its state refused, by why',
  labelNames: ['why'],
});

export type Conflict = 'short' | 'commit-refused' | 'below-reserved' | 'stale';

export const CountsConflicts = (): ParameterDecorator => InjectMetric(NAME);
