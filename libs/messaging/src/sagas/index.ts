export { type Reaction, type SagaDefinition, type SagaTimer, type SagaStatus } from './definition';
export { sagaHandler } from './handler-factory';
export { InboxSaga } from './inbox-saga';
export { SagaHandler } from './saga-handler';
export { type StepRecords } from './step-records';
export { sagaJournal } from './saga-lines.store';
export { SagaFigures } from './saga-figures.job';
export { SagaJournal, type JournalLine } from './saga-journal.store';
export { Sagas, type KnownSaga, type ListedSaga, type SagaFilter, type SagaPlace } from './saga-list.store';
