export { exactly, type KeptJournal, type StoredLine } from './journal';
export { checkJournal, type BadLine, type JournalVerdict } from './journal-check';
export { JournalWatch } from './journal-watch.job';
export { contextJournal } from './journal.module';
export { lineMac, type Line } from './line-mac';
