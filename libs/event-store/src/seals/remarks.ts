import { bad, type Found, type Remark } from '../verifications/findings';
import type { TrustedKeys } from './trusted-keys';
import { decisionOf, notSigned, sortRecords, toldOf, type SealRecord } from './seal-records';
import { recordsFrom } from './seal-records.store';
import type { StreamDatabase } from '../streams/stream-database';

/**
 * How many of the newest `adopted` records are reported, because there may be one for each start that remembered
 * nothing. All other records are reported.
 */
const LAST_ADOPTED = 20;

const remarkOf = (record: SealRecord): Remark => {
  const { kind, at, who, reason } = decisionOf(record);
  return { number: record.number, kind, at: new Date(at).toISOString(), who, reason, text: toldOf(record) };
};

/** The decisions about the seals, and the first record that the shop has not signed and that is not declared void. */
export async function remarksOf(
  db: StreamDatabase,
  keys: TrustedKeys,
): Promise<{ remarks: readonly Remark[]; wrong?: Found }> {
  const { ours, unsettled } = sortRecords(keys, await recordsFrom(db, 1));
  const all = ours.map(remarkOf);
  const adopted = all.filter(({ kind }) => kind === 'adopted').slice(-LAST_ADOPTED);
  const remarks = all.filter((one) => one.kind !== 'adopted' || adopted.includes(one));
  return { remarks, wrong: unsettled.length > 0 ? bad('records', null, null, notSigned(unsettled[0])) : undefined };
}
