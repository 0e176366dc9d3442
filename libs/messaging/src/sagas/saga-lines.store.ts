import type { ContextName } from '#platform/config';
import { statement } from '#database';
import { exactly, type KeptJournal } from '#messaging/journals';
import { macContentOf, sagaJournalTable, type SagaLine } from './saga-line';

/**
 * The largest allowed difference between `marked_at` and `at`. Normally the difference is a few seconds. An hour is
 * allowed, so that a clock correction raises no alarm.
 */
const MAX_DIFFERENCE = `interval '1 hour'`;

const NEXT = statement(
  'saga-lines-next',
  `select name, id, version, heard, message_id as "messageId", ${exactly('happened_at')} as "happenedAt", attempts, note,
     asked, asked_keys as "askedKeys", timers, handled_by as "handledBy", ${exactly('marked_at')} as "markedAt",
     ${exactly('at')} as at, at between marked_at - ${MAX_DIFFERENCE} and marked_at + ${MAX_DIFFERENCE} as "inTime", mac
   from process_journal where (id, name, version) > ($1, $2, $3) order by id, name, version limit $4`,
);

interface Row extends SagaLine {
  readonly at: string;
  readonly inTime: boolean | null;
  readonly mac: Buffer | null;
}

/** Reads the journal of a context's sagas for the check of its MACs. */
export const sagaJournal = (context: ContextName): KeptJournal => ({
  name: sagaJournalTable(context),
  async next(db, after = ['', '', 0], limit) {
    const rows = await db.query<Row>(NEXT, [...after, limit]);
    return rows.map(({ at, inTime, mac, ...content }) => ({
      place: [content.id, content.name, content.version],
      name: `${content.name} ${content.version}`,
      about: content.id,
      at,
      mac,
      line: macContentOf(context, content),
      problem: inTime ? null : `its time is ${at}, but its MAC was made at ${content.markedAt}`,
    }));
  },
});
