export { type Heard, type ProcessDefinition, type ProcessTimer, type Stands } from './definition';
export { processHandler } from './handler-factory';
export { ProcessHandler } from './process-handler';
export { ProcessFigures } from './process-figures.job';
export { ProcessJournal, type JournalLine } from './process-journal.store';
export {
  Processes,
  type KnownProcess,
  type ListedProcess,
  type ProcessFilter,
  type ProcessPlace,
} from './process-list.store';
export { createProcessDesk, createProcessTables } from './tables';
