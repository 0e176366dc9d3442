import { DomainError } from '#kernel';
import type { Found } from '../verifications/findings';
import { readLogEnd } from '../sequencer/pending';
import type { Seal } from './seal-key';
import { readHashesAt, insertReseal, readSealsFrom } from './seals.store';
import { verifyLog } from '../verifications/verify';
import type { EndOfSeals } from './seal-anchor';
import { MOST_SEALED_AT_ONCE, type SealChain } from './seal-chain';
import { digestOf, signRecord, sortRecords, type Decision, type SealRecord } from './seal-records';
import { insertRecord, readRecordsFrom } from './seal-records.store';

/** The person who is responsible for a decision, and the reason. */
export interface Justification {
  readonly who: string;
  readonly reason: string;
}

class NothingToRepair extends DomainError {
  constructor(message: string) {
    super('NOTHING_TO_MEND', 'conflict', message);
  }
}

class CannotRepair extends DomainError {
  constructor(message: string) {
    super('NOT_MENDABLE', 'conflict', message);
  }
}

/** Repairs other data of a restored backup, after an operator has confirmed that the backup was restored. */
export abstract class RestoreListener {
  /** Does nothing if nothing was lost. */
  abstract onRestored(): Promise<void>;
}

const conflictError = () =>
  new DomainError(
    'CONFLICT',
    'conflict',
    'Another decision about the seals was stored at the same time. Verify the log, and repeat the command if it is still needed.',
  );

/** Findings that can be repaired with a new seal over the same hashes. */
const REPAIRABLE: readonly string[] = ['seal', 'cut', 'unsealed'];

const PAGE = 100;

/** The decisions of an operator about the seals. Each decision is signed, and every later verification reports it. */
export class SealRepair {
  constructor(
    private readonly chain: SealChain,
    private readonly now: () => Date,
    private readonly restoreListener?: RestoreListener,
  ) {}

  /**
   * Call it after the database was replaced by an older backup. New seals then follow the last seal of the backup, and
   * a record says which seals are lost. Throws if nothing was lost, or if the backup itself has findings.
   */
  async acceptRestoredBackup({ who, reason }: Justification): Promise<SealRecord> {
    const { anchor, db } = this.chain;
    const known = await anchor.newest();
    if (!known || known.position + known.record === 0)
      throw new NothingToRepair(
        `No seal is remembered in ${anchor.file ?? 'memory'}, so nobody can tell whether seals were lost.`,
      );
    await this.voidForeignRecords({ who, reason }, known);
    const kept = await this.chain.readEndInDatabase();
    const hash = (await readHashesAt(db, [known.position])).get(known.position);
    const records = await readRecordsFrom(db, 1);
    const hasRecord = known.record === 0 || records.some(({ number, signature }) => number === known.record && signature === known.recordSignature); // prettier-ignore
    if (hasRecord && (known.position === 0 || hash === known.hash))
      throw new NothingToRepair(`The database has all that was sealed up to ${known.position}: nothing was lost.`);
    // The finding `unsealed` is allowed: events that had no seal in the backup are sealed when the shop starts.
    const found = (await this.verifyDatabase()).find(({ finding }) => finding !== 'unsealed');
    if (found)
      throw new CannotRepair(`The restored database has a problem itself: ${found.message}. Restore another backup.`);
    const { position, signature, count } = kept;
    const at = this.now().getTime();
    // The decision covers all records in the database, also records after the newest remembered record.
    const record = Math.max(known.record, records.at(-1)?.number ?? 0);
    const lost = { position: known.position, signature: known.signature, hash: known.hash, record };
    const decision = { kind: 'restored', at, who, reason, lost, kept: { position, signature, hash: kept.hash, count } } as const; // prettier-ignore
    const decided = await this.storeDecision(decision, record + 1, kept);
    await this.restoreListener?.onRestored();
    return decided;
  }

  /**
   * Declares void the records that the shop has not signed. Then it seals the log again, from the first lost or false
   * seal to the end of the log. Throws if all records and seals are correct. Also throws if the log itself differs from
   * what was sealed, because a new seal cannot repair the log.
   */
  async reseal({ who, reason }: Justification): Promise<SealRecord> {
    const { db, anchor } = this.chain;
    const known = await anchor.newest();
    await this.expectRememberedRecord(known);
    const disowned = await this.voidForeignRecords({ who, reason }, known);
    const findings = await this.verifyDatabase();
    const head = (await readLogEnd(db))?.position ?? 0;
    await this.expectSameLog(known, head);
    const unrepairable = findings.find(({ finding }) => !REPAIRABLE.includes(finding));
    if (unrepairable) throw new CannotRepair(`A new seal cannot repair this: ${unrepairable.message}.`);
    const { good, causes } = await this.findLastGoodSeal(known);
    if (causes.length === 0 && disowned) {
      await this.chain.readCheckedEnd();
      return disowned;
    }
    if (causes.length === 0) throw new NothingToRepair('All seals are correct: there is nothing to repair.');
    if (good.position === 0) await this.expectOwnSeals();
    const seals: Seal[] = [];
    for (let from: Pick<Seal, 'position' | 'signature' | 'hash'> = good; from.position < head;) {
      const seal = await this.chain.signRange(from, Math.min(from.position + MOST_SEALED_AT_ONCE, head));
      seals.push(seal);
      from = seal;
    }
    const newest = seals.at(-1) ?? good;
    const { position, signature, hash } = newest;
    const count = good.count + seals.length;
    const voided = (await this.listSealsAfter(position)).map((seal) => seal.position);
    const records = await readRecordsFrom(db, 1);
    const point = { after: good.position, position, signature, hash, count };
    return this.storeDecision(
      { kind: 'resealed', at: this.now().getTime(), who, reason, ...point, voided, causes },
      Math.max(known?.record ?? 0, records.at(-1)?.number ?? 0) + 1,
      { position, signature, hash, count, record: 0, recordSignature: '' },
      seals,
    );
  }

  /**
   * The newest remembered record must still be valid. If it was changed, it must not be treated like a record that the
   * shop never signed.
   */
  private async expectRememberedRecord(known: EndOfSeals | undefined): Promise<void> {
    if (!known || known.record === 0) return;
    const { ours } = sortRecords(this.chain.key.trusted, await readRecordsFrom(this.chain.db, 1));
    if (!ours.some(({ number, signature }) => number === known.record && signature === known.recordSignature))
      throw new CannotRepair(
        `Record ${known.record} of the log of seals is missing, or this record or an earlier one was changed.`,
      );
  }

  /** Declares void the records that the shop has not signed. Returns undefined if there are none. */
  private async voidForeignRecords(
    { who, reason }: Justification,
    known: EndOfSeals | undefined,
  ): Promise<SealRecord | undefined> {
    const { db, key } = this.chain;
    const records = await readRecordsFrom(db, 1);
    const { ours, foreign, foreignNotVoid } = sortRecords(key.trusted, records);
    if (foreignNotVoid.length === 0) return undefined;
    const voidRecords = { disowned: foreign.map(({ number }) => number), digests: foreign.map(digestOf) };
    const number = Math.max(known?.record ?? 0, records.at(-1)!.number) + 1;
    const at = this.now().getTime();
    const record = signRecord(key, number, ours.at(-1)?.signature ?? '', {
      kind: 'disowned',
      at,
      who,
      reason,
      ...voidRecords,
    });
    if (!(await insertRecord(db, record))) throw conflictError();
    return record;
  }

  private async storeDecision(
    decision: Decision,
    number: number,
    end: EndOfSeals,
    seals: readonly Seal[] = [],
  ): Promise<SealRecord> {
    const { db, key, anchor } = this.chain;
    const previous = sortRecords(key.trusted, await readRecordsFrom(db, 1)).ours.at(-1)?.signature ?? '';
    const record = signRecord(key, number, previous, decision);
    await db.transaction(async () => {
      if (!(await insertRecord(db, record))) throw conflictError();
      for (const seal of seals) if (!(await insertReseal(db, seal, number))) throw conflictError();
    });
    const newest = { ...end, record: number, recordSignature: record.signature };
    await anchor.remember(newest);
    this.chain.logEnd(newest);
    await this.chain.readCheckedEnd();
    return record;
  }

  /** The findings in the database alone, without a comparison with the remembered end. */
  private async verifyDatabase(): Promise<readonly Found[]> {
    const { db, key, gate } = this.chain;
    const result = await verifyLog(db, key, gate.key, { from: 1 });
    return result.ok ? [] : result.findings;
  }

  /** Throws if the log differs from the log that was sealed last. So a new seal never covers a changed log. */
  private async expectSameLog(known: EndOfSeals | undefined, head: number): Promise<void> {
    if (!known || known.position === 0) return;
    if ((await readHashesAt(this.chain.db, [known.position])).get(known.position) === known.hash) return;
    const what = head < known.position ? `ends at ${head}` : 'is not what was sealed there';
    throw new CannotRepair(`The log was sealed up to ${known.position} and ${what}: a new seal cannot repair that.`);
  }

  /** Throws if no seal is signed with a known key. In this case the key is wrong, not the seals. */
  private async expectOwnSeals(): Promise<void> {
    const { db, key } = this.chain;
    const seals = await readSealsFrom(db, 1, PAGE);
    if (seals.length > 0 && !seals.some(({ keyId }) => key.trusted.has(keyId)))
      throw new CannotRepair(
        'No seal is signed with SEAL_SIGNING_KEY or SEAL_FORMER_KEYS: set SEAL_SIGNING_KEY to the key that was used before.',
      );
  }

  /**
   * Returns the last seal before the first lost or false seal. `causes` describes the lost or false seal, and is empty
   * if all seals are correct.
   */
  private async findLastGoodSeal(known: EndOfSeals | undefined) {
    const { db, key } = this.chain;
    let good = { position: 0, signature: '', hash: '', count: 0 };
    for (;;) {
      const seals = await readSealsFrom(db, good.position + 1, PAGE);
      const hashes = await readHashesAt(db, seals.map(({ position }) => position)); // prettier-ignore
      for (const seal of seals) {
        const { position, signature, hash, after } = seal;
        if (after !== good.position) return { good, causes: [`the seal after position ${good.position} is missing`] };
        if (!key.hasSigned(seal, good.signature) || hashes.get(position) !== hash)
          return { good, causes: [`the seal at position ${position} is false`] };
        good = { position, signature, hash, count: good.count + 1 };
      }
      if (seals.length < PAGE) break;
    }
    const isLost = known !== undefined && known.position > good.position;
    return { good, causes: isLost ? [`the seals from position ${good.position} to ${known.position} are lost`] : [] };
  }

  /** The stored seals after this position. */
  private async listSealsAfter(position: number): Promise<Seal[]> {
    const found: Seal[] = [];
    for (let at = position; ; at = found.at(-1)!.position) {
      const seals = await readSealsFrom(this.chain.db, at + 1, PAGE);
      found.push(...seals);
      if (seals.length < PAGE) return found;
    }
  }
}
