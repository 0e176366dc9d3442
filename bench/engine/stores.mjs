// Calls the compiled queue statements of messaging. All calls are here, so only this file depends on their arguments.
import { built } from '../built.mjs';

const claims = built('libs/messaging/src/inbox/claims.store.js');
const held = built('libs/messaging/src/inbox/held.store.js');
const inbox = built('libs/messaging/src/inbox/inbox.store.js');
const outbox = built('libs/messaging/src/outbox/outbox.store.js');
const { readInboxFigures } = built('libs/messaging/src/inbox/inbox-figures.store.js');
const { LaneMarks } = built('libs/messaging/src/inbox/lane-marks.js');
const { LowMark } = built('libs/messaging/src/outbox/low-mark.js');

const ROOM = 32;
const BATCH = 200;
const capabilities = { handlerTypes: ['bench bench.noted.v1'] };

const route = { from: 'bench', receiver: 'inventory', sameServer: true };

export const receive = (db, messages) => inbox.storeReceived(db, messages, route);
export const send = (db, messages) =>
  db.query(
    `insert into outbox (id, type, key, body, meta)
     select id, type, key, body, meta from jsonb_to_recordset($1::jsonb) as m(id uuid, type text, key text, body jsonb, meta jsonb)`,
    [JSON.stringify(messages)],
  );

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** The statements of one instance, which keeps its low marks in memory. */
export async function worker(db, instance, lanes, { leads = true } = {}) {
  const marks = new LaneMarks();
  const sent = new LowMark(db);
  const token = leads ? await outbox.takeFence(db) : undefined;
  const read = () =>
    outbox.markSentAndReadNext(db, { limit: BATCH, token, above: sent.value, sent: outbox.NOTHING_SENT });
  const lastSent = async () => (await db.query('select last_value as last from outbox_seq_seq'))[0].last;
  const claimed = ({ seq, id }) => ({ seq, messageId: id, claimedBy: instance });
  return {
    async claim() {
      const ranges = lanes.flatMap((lane) => marks.claimRanges(lane, ROOM));
      const { rows, fullUpTo } = await claims.claim(db, instance, ranges, capabilities, marks.dueAfter);
      marks.recordClaim(ranges, fullUpTo, (lane) => rows.filter((row) => row.lane === lane).length);
      return rows;
    },
    settle: (rows) => inbox.markDone(db, rows.map(claimed)),
    postpone: (first, behind) =>
      held.postpone(db, claimed(first), behind.map(({ seq }) => seq), { afterMs: 3_600_000, error: 'bench', counted: true }), // prettier-ignore
    regularCheck: () => marks.update(db, lanes, false, new Set(capabilities.handlerTypes)),
    figures: () => readInboxFigures(db, marks.marksOf(lanes)),
    relayRead: read,
    relayAge: () => outbox.readOutboxAge(db, sent.value),
    /** Moves the low marks to the values that they have in an instance that has been running for some time. */
    async catchUp() {
      for (let looks = 0; looks < 4; looks++) {
        const batch = await read();
        sent.recordRead(batch.at(0)?.seq, await lastSent());
        await sent.updateSafe();
        await marks.update(db, lanes, false, new Set(capabilities.handlerTypes));
        await pause(1_050);
      }
    },
  };
}
