export { type Heard, type ProcessDefinition, type ProcessTimer } from './definition';
export { processHandler } from './handler-factory';
export { ProcessHandler } from './process-handler';
export { ProcessJournal, type JournalLine } from './process-journal.store';
export { createProcessTables } from './tables';
