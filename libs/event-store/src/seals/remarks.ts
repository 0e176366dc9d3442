import { newFinding, type Found, type Remark } from '../verifications/findings';
import type { TrustedKeys } from './trusted-keys';
import { parseDecision, notSignedMessage, sortRecords, describeSealRecord, type SealRecord } from './seal-records';
import { readRecordsFrom } from './seal-records.store';
import type { StreamDatabase } from '../streams/stream-database';

/**
 * At most this many `adopted` records are reported: the newest. There can be many, because each start without the file
 * of the newest seal writes an `adopted` record. Records of other kinds are always reported.
 */
const MOST_ADOPTED = 20;

const toRemark = (record: SealRecord): Remark => {
  const { kind, at, who, reason } = parseDecision(record);
  return { number: record.number, kind, at: new Date(at).toISOString(), who, reason, text: describeSealRecord(record) };
};

/**
 * `remarks` are the decisions about the seals. `wrong` reports the first record that the shop has not signed, if this
 * record is not declared void.
 */
export async function readRemarks(
  db: StreamDatabase,
  keys: TrustedKeys,
): Promise<{ remarks: readonly Remark[]; wrong?: Found }> {
  const { ours, foreignNotVoid } = sortRecords(keys, await readRecordsFrom(db, 1));
  const all = ours.map(toRemark);
  const adopted = all.filter(({ kind }) => kind === 'adopted').slice(-MOST_ADOPTED);
  const remarks = all.filter((one) => one.kind !== 'adopted' || adopted.includes(one));
  return {
    remarks,
    wrong:
      foreignNotVoid.length > 0 ? newFinding('records', null, null, notSignedMessage(foreignNotVoid[0])) : undefined,
  };
}
