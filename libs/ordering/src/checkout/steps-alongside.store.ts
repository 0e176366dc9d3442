import { defineGuard } from '#event-store';
import { sagaLinesSql, sagaMovedSql, type PreparedSteps } from '#messaging/sagas';
import { timelineRecords } from '../order-history/timelines.store';

const IS_APPENDED = 'exists (select from head)';

const sagaMoved = defineGuard<{ readonly saga: string }>({
  name: 'saga',
  place: 'after',
  sql: ({ saga }) => sagaMovedSql(saga, IS_APPENDED),
});

const sagaLines = defineGuard<{ readonly lines: string }>({
  name: 'saga_lines',
  place: 'after',
  rows: 'several',
  sql: ({ lines }) => sagaLinesSql(lines, 'saga', IS_APPENDED),
});

const timelineRows = defineGuard<{ readonly records: string }>({
  name: 'timeline',
  place: 'after',
  rows: 'any',
  sql: ({ records }) => timelineRecords.insert(records, 'select message_id from saga_lines'),
});

/**
 * Writes steps of the checkout in the statement of an append. If another process has changed the checkout meanwhile,
 * nothing is appended.
 */
export const stepsAlongside = ({ saga, lines, records }: PreparedSteps) => [
  sagaMoved({ saga }),
  sagaLines({ lines }),
  timelineRows({ records }),
];
