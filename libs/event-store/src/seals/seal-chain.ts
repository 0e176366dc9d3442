import { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { UnusableSealAnchor, type Clock } from '#platform/system';
import { LogTampered, SealsDisagree } from '../streams/errors';
import type { MacGate } from '../macs/mac-gate';
import { merkleRoot } from './merkle';
import { readLogEnd } from '../sequencer/pending';
import { LONGEST_UNSEALED_MS } from './seal-check';
import type { Seal, SealKey } from './seal-key';
import {
  countSeals,
  readHashesAt,
  readHashesBetween,
  insertReseal,
  insertSeal,
  readLastReseal,
  readLastSeal,
  readSealBefore,
  readSealsFrom,
  readUnsealedMs,
} from './seals.store';
import { NOTHING_SEALED, type EndOfSeals, type SealAnchor } from './seal-anchor';
import { parseDecision, notSignedMessage, sortRecords, type Decision, type SealRecord } from './seal-records';
import { readRecordsFrom } from './seal-records.store';
import type { StreamDatabase } from '../streams/stream-database';

/** A seal covers at most this many positions. */
export const MOST_SEALED_AT_ONCE = 1_000;

const PAGE = 100;

/**
 * Whether this error stops sealing until a person repairs its cause. If the database does not respond, sealing only
 * waits.
 */
export const stopsSealing = (error: unknown): error is LogTampered | UnusableSealAnchor =>
  error instanceof LogTampered || error instanceof UnusableSealAnchor;

/**
 * The seals of the log. Each seal covers the signature of the seal before it. Before a position is sealed, the seals in
 * the database are compared with the end that is remembered outside of the database. So no position is sealed twice.
 */
export class SealChain {
  private readonly log = new Logger('Seals');
  /** How the stored seals differ from the remembered end; undefined if they agree. */
  disagreement?: SealsDisagree;
  private unusable?: UnusableSealAnchor;
  /** The last failed attempt to seal. It becomes undefined when the positions that follow `after` are sealed. */
  private failedAttempt?: { readonly after: number; readonly message: string };
  /** The position where the seals ended at the last successful check. */
  private sealedThrough?: number;
  private waitedMs = 0;

  constructor(
    readonly db: StreamDatabase,
    readonly key: SealKey,
    readonly anchor: SealAnchor,
    private readonly clock: Clock,
    readonly gate: MacGate,
  ) {}

  /** Why the log cannot be sealed, or was not sealed for too long; undefined if there is no problem. */
  get problem(): string | undefined {
    const known = (this.disagreement ?? this.unusable ?? this.failedAttempt)?.message;
    if (known !== undefined || this.waitedMs <= LONGEST_UNSEALED_MS) return known;
    return `The oldest event without a seal has waited for its seal for ${Math.round(this.waitedMs / 1_000)} s.`;
  }

  /** Whether a known error stops all sealing. */
  get isStopped(): boolean {
    return (this.disagreement ?? this.unusable ?? this.failedAttempt) !== undefined;
  }

  /** How many milliseconds the oldest event without a valid seal has waited. */
  async measureWait(): Promise<number> {
    this.waitedMs = await readUnsealedMs(this.db, this.sealedThrough ?? (await readLastSeal(this.db))?.position ?? 0);
    return this.waitedMs;
  }

  /**
   * Checks that the stored seals agree with the remembered end, and returns the end of the seals. New seals of other
   * processes are also checked, and remembered. Throws SealsDisagree.
   */
  async readCheckedEnd(): Promise<EndOfSeals> {
    try {
      const known = await this.anchor.newest();
      const end = known ? await this.advanceEnd(known) : await this.readEndInDatabase();
      await this.anchor.remember(end);
      this.disagreement = this.unusable = undefined;
      this.sealedThrough = end.position;
      if (this.failedAttempt && end.position > this.failedAttempt.after) this.failedAttempt = undefined;
      return end;
    } catch (error) {
      if (error instanceof SealsDisagree) this.disagreement = error;
      if (error instanceof UnusableSealAnchor) this.unusable = error;
      throw error;
    }
  }

  /** Seals numbered events until this position is sealed. */
  async sealThrough(position: number): Promise<void> {
    for (let end = await this.readCheckedEnd(); end.position < position;) {
      const head = (await readLogEnd(this.db))?.position ?? 0;
      if (head < position)
        throw new LogTampered(`it ends at position ${head}, but position ${position} was given to an event before`);
      end = await this.seal(Math.min(head, end.position + MOST_SEALED_AT_ONCE));
    }
  }

  /**
   * Seals the next positions, at most up to `position`, and returns the new end. Any process with the key can do this.
   */
  async seal(position: number): Promise<EndOfSeals> {
    const end = await this.readCheckedEnd();
    if (end.position >= position) return end; // a request for evidence has already sealed this position
    try {
      return await this.sealNext(end, position);
    } catch (error) {
      if (stopsSealing(error)) this.failedAttempt = { after: end.position, message: error.message };
      throw error;
    }
  }

  private async sealNext(end: EndOfSeals, position: number): Promise<EndOfSeals> {
    const seal = await this.signRange(end, Math.min(position, end.position + MOST_SEALED_AT_ONCE));
    crashPoint('sealer.signed');
    const isStored = await insertSeal(this.db, seal, end.record);
    crashPoint('sealer.sealed');
    if (!isStored) {
      const now = await this.readCheckedEnd();
      if (now.position > end.position || now.record > end.record) return now;
      // Perhaps a seal that was declared void still occupies the row in the table.
      const record = await readLastReseal(this.db);
      if (record === null || !(await insertReseal(this.db, seal, record)))
        throw new LogTampered(
          `no seal can be stored after position ${end.position}, because another seal is stored there`,
        );
    }
    const newest = { ...end, ...pointOf(seal), count: end.count + 1 };
    await this.anchor.remember(newest);
    this.sealedThrough = newest.position;
    this.failedAttempt = undefined;
    this.logEnd(newest);
    return newest;
  }

  /**
   * Signs the positions after `from`, up to and including `to`. Throws LogTampered if a hash does not follow from the
   * hash before, or if the shop did not append one of the events.
   */
  async signRange(from: Pick<EndOfSeals, 'position' | 'signature' | 'hash'>, to: number): Promise<Seal> {
    const { position: after, signature } = from;
    const hashes = await readHashesBetween(this.db, after, to);
    if (hashes.length !== to - after) throw new LogTampered(`positions are missing between ${after} and ${to}`);
    await this.gate.expectOurs(from, hashes);
    const unsigned = { after, position: to, root: merkleRoot(hashes), hash: hashes.at(-1)! };
    return this.key.sign({ ...unsigned, sealedAt: this.clock.now() }, signature);
  }

  /**
   * The end of the seals according to the database alone, for a process that remembers nothing. Throws SealsDisagree.
   */
  async readEndInDatabase(): Promise<EndOfSeals> {
    const records = this.expectSigned(await readRecordsFrom(this.db, 1), '');
    const newest = records.at(-1);
    const endWithoutSeals = {
      ...NOTHING_SEALED,
      ...(newest && { record: newest.number, recordSignature: newest.signature }),
    };
    const last = await readLastSeal(this.db);
    if (!last) return endWithoutSeals;
    const before = await readSealBefore(this.db, last.position);
    if ((before?.position ?? 0) !== last.after || !this.key.hasSigned(last, before?.signature ?? ''))
      throw falseSealError(last);
    const end = { ...endWithoutSeals, ...pointOf(last) };
    await this.expectLog(end);
    return { ...end, count: await countSeals(this.db, last.position) };
  }

  /** Logs a new end of the seals, so that the log output contains it outside the database too. */
  logEnd({ position, signature, hash, count, record }: EndOfSeals): void {
    this.log.log({ message: 'sealed', seal: { position, signed: signature, hash, count, record } }); // a field named signature is not logged
  }

  /** Checks the stored records and seals after the remembered end, and returns the new end. */
  private async advanceEnd(known: EndOfSeals): Promise<EndOfSeals> {
    const end = await this.applyNewRecords(known).catch(async (error: unknown) => {
      // If the database is an older copy, it lacks records and also positions. Then the error about the log is better,
      // because it shows how much is lost.
      if (error instanceof SealsDisagree) await this.expectLog(known);
      throw error;
    });
    await this.expectLog(end);
    await this.expectSeal(end);
    return this.applyNewSeals(end);
  }

  /** Applies the decisions about the seals that were recorded after the remembered end. */
  private async applyNewRecords(known: EndOfSeals): Promise<EndOfSeals> {
    let records: readonly SealRecord[] = await readRecordsFrom(this.db, Math.max(known.record, 1));
    if (known.record > 0 && !isRemembered(records[0], known)) {
      records = this.expectSigned(await readRecordsFrom(this.db, 1), '');
      const isRestored = (one: SealRecord) => one.number > known.record && parseDecision(one).kind === 'restored';
      if (!records.some(isRestored)) throw missingRecordError(known, records.at(-1)?.number ?? 0);
      records = records.filter(({ number }) => number > known.record);
    } else {
      if (known.record > 0) records = records.slice(1);
      records = this.expectSigned(records, known.recordSignature);
    }
    let end = known;
    for (const record of records) {
      const { number, signature } = record;
      end = { ...applyDecision(end, known, number, parseDecision(record)), record: number, recordSignature: signature };
    }
    return end;
  }

  /**
   * Returns the records that the shop has signed. Throws if another record exists, unless that record is declared void.
   */
  private expectSigned(records: readonly SealRecord[], previous: string): readonly SealRecord[] {
    const { ours, foreignNotVoid } = sortRecords(this.key.trusted, records, previous);
    if (foreignNotVoid.length > 0) throw new SealsDisagree('records', notSignedMessage(foreignNotVoid[0]));
    return ours;
  }

  /**
   * Checks that the log reaches the position of the newest seal, and that the hash at this position is the sealed hash.
   */
  private async expectLog({ position, hash }: EndOfSeals): Promise<void> {
    if (position === 0) return;
    const found = (await readHashesAt(this.db, [position])).get(position);
    if (found === hash) return;
    const head = (await readLogEnd(this.db))?.position ?? 0;
    if (head < position)
      throw new SealsDisagree('behind', `it was sealed up to ${position} and ends at ${head}`, head + 1);
    throw new SealsDisagree('rewritten', `at position ${position} it is not what was sealed`, position);
  }

  private async expectSeal({ position, signature }: EndOfSeals): Promise<void> {
    if (position === 0) return;
    const [stored] = await readSealsFrom(this.db, position, 1);
    if (stored?.position !== position || stored.signature !== signature)
      throw new SealsDisagree('lost', `the seal at position ${position} is gone or was changed`, position);
    const before = await readSealBefore(this.db, stored.after + 1);
    if (!this.key.hasSigned(stored, before?.signature ?? '')) throw falseSealError(stored);
  }

  /** Checks the seals that other processes have made after `from`, and returns the new end. */
  private async applyNewSeals(from: EndOfSeals): Promise<EndOfSeals> {
    let end = from;
    for (;;) {
      const seals = await readSealsFrom(this.db, end.position + 1, PAGE);
      const hashes = seals.length > 0 ? await readHashesAt(this.db, seals.map(({ position }) => position)) : new Map(); // prettier-ignore
      for (const seal of seals) {
        if (seal.after !== end.position || !this.key.hasSigned(seal, end.signature)) throw falseSealError(seal);
        if (hashes.get(seal.position) !== seal.hash)
          throw new SealsDisagree('rewritten', `at position ${seal.position} it is not what was sealed`, seal.position);
        end = { ...end, ...pointOf(seal), count: end.count + 1 };
      }
      if (seals.length < PAGE) return end;
    }
  }
}

const pointOf = ({ position, signature, hash }: Seal) => ({ position, signature, hash });

const isRemembered = (record: SealRecord | undefined, known: EndOfSeals): boolean =>
  record?.number === known.record && record.signature === known.recordSignature;

const missingRecordError = ({ record }: EndOfSeals, newest: number) =>
  newest < record
    ? new SealsDisagree('forgotten', `the log of seals had ${record} records and ends at record ${newest}`)
    : new SealsDisagree('records', `record ${record} of the log of seals is gone or was changed`);

const falseSealError = ({ position }: Seal) =>
  new SealsDisagree(
    'false',
    `the seal at position ${position} is not signed by this shop, or is in the wrong place`,
    position,
  );

function applyDecision(end: EndOfSeals, known: EndOfSeals, number: number, decision: Decision): EndOfSeals {
  switch (decision.kind) {
    case 'adopted':
    case 'disowned':
      return end;
    case 'restored': {
      const { lost, kept } = decision;
      if (lost.record > known.record || (lost.record === known.record && lost.position >= known.position))
        return { ...end, ...kept };
      const reason = `it was sealed up to ${known.position}, after the end that record ${number} about a restored backup names`;
      throw new SealsDisagree('behind', reason, lost.position);
    }
    case 'resealed': {
      const { position, signature, hash, count } = decision;
      return end.position > position ? end : { ...end, position, signature, hash, count };
    }
  }
}
