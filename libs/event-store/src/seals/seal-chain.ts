import { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import type { Clock } from '#platform/system';
import { LogTampered, SealsDisagree } from '../streams/errors';
import type { MacGate } from '../macs/mac-gate';
import { merkleRoot } from './merkle';
import { lastNumbered } from '../sequencer/pending';
import { LONGEST_UNSEALED_MS } from './seal-check';
import type { Seal, SealKey } from './seal-key';
import {
  countSeals,
  hashesAt,
  hashesBetween,
  insertReseal,
  insertSeal,
  lastReseal,
  lastSeal,
  sealBefore,
  sealsFrom,
  unsealedFor,
} from './seals.store';
import { UnusableSealAnchor } from './remembered-file';
import { NOTHING_SEALED, type Anchored, type SealAnchor } from './seal-anchor';
import { decisionOf, notSigned, sortRecords, type Decision, type SealRecord } from './seal-records';
import { recordsFrom } from './seal-records.store';
import type { StreamDatabase } from '../streams/stream-database';

/** A seal covers at most this many positions. */
export const STRETCH = 1_000;

const PAGE = 100;

/** Whether an error stays until a person repairs the cause. A database that does not answer is no such error. */
export const stopsSealing = (error: unknown): error is LogTampered | UnusableSealAnchor =>
  error instanceof LogTampered || error instanceof UnusableSealAnchor;

/**
 * The seals of the log. Each seal covers the signature of the seal before. Before a position is sealed, the database is
 * compared with the end that is remembered outside of it, so that no sealed position is sealed again.
 */
export class SealChain {
  private readonly log = new Logger('Seals');
  /** How the stored seals differ from the remembered ones; undefined if they do not. */
  disagreement?: SealsDisagree;
  private unusable?: UnusableSealAnchor;
  /** The last failed attempt to seal; undefined after the positions that follow `after` were sealed. */
  private failed?: { readonly after: number; readonly message: string };
  /** The position where the seals ended at the last successful check. */
  private through?: number;
  private waitedMs = 0;

  constructor(
    readonly db: StreamDatabase,
    readonly key: SealKey,
    readonly anchor: SealAnchor,
    private readonly clock: Clock,
    readonly gate: MacGate,
  ) {}

  /** Why the log cannot be sealed, or was not sealed for too long; undefined if there is no problem. */
  get trouble(): string | undefined {
    const known = (this.disagreement ?? this.unusable ?? this.failed)?.message;
    if (known !== undefined || this.waitedMs <= LONGEST_UNSEALED_MS) return known;
    return `The oldest event without a seal has waited for it for ${Math.round(this.waitedMs / 1_000)} s.`;
  }

  /** Whether a known error stops all sealing. */
  get isStopped(): boolean {
    return (this.disagreement ?? this.unusable ?? this.failed) !== undefined;
  }

  /** How many milliseconds the oldest event without a valid seal has waited. */
  async waited(): Promise<number> {
    this.waitedMs = await unsealedFor(this.db, this.through ?? (await lastSeal(this.db))?.position ?? 0);
    return this.waitedMs;
  }

  /**
   * The end of the seals, after a check that the stored seals agree with the remembered end. New seals of other
   * processes are checked and remembered. Throws SealsDisagree.
   */
  async end(): Promise<Anchored> {
    try {
      const known = await this.anchor.newest();
      const end = known ? await this.withNewSeals(known) : await this.databaseWord();
      await this.anchor.keep(end);
      this.disagreement = this.unusable = undefined;
      this.through = end.position;
      if (this.failed && end.position > this.failed.after) this.failed = undefined;
      return end;
    } catch (error) {
      if (error instanceof SealsDisagree) this.disagreement = error;
      if (error instanceof UnusableSealAnchor) this.unusable = error;
      throw error;
    }
  }

  /** Seals numbered events until this position is sealed. */
  async sealThrough(position: number): Promise<void> {
    for (let end = await this.end(); end.position < position;) {
      const head = (await lastNumbered(this.db))?.position ?? 0;
      if (head < position) throw new LogTampered(`it ends at ${head}, and position ${position} was given out`);
      end = await this.seal(Math.min(head, end.position + STRETCH));
    }
  }

  /**
   * Seals the next positions, at most up to `position`, and returns the new end. Any process with the key may do it.
   */
  async seal(position: number): Promise<Anchored> {
    const end = await this.end();
    if (end.position >= position) return end; // a request for evidence has sealed it already
    try {
      return await this.sealNext(end, position);
    } catch (error) {
      if (stopsSealing(error)) this.failed = { after: end.position, message: error.message };
      throw error;
    }
  }

  private async sealNext(end: Anchored, position: number): Promise<Anchored> {
    const seal = await this.signed(end, Math.min(position, end.position + STRETCH));
    crashPoint('sealer.signed');
    const first = await insertSeal(this.db, seal, end.record);
    crashPoint('sealer.sealed');
    if (!first) {
      const now = await this.end();
      if (now.position > end.position || now.record > end.record) return now;
      // A seal that a record has declared void still occupies its row in the table.
      const record = await lastReseal(this.db);
      if (record === null || !(await insertReseal(this.db, seal, record)))
        throw new LogTampered(`it cannot be sealed after position ${end.position}`);
    }
    const newest = { ...end, ...pointOf(seal), count: end.count + 1 };
    await this.anchor.keep(newest);
    this.through = newest.position;
    this.failed = undefined;
    this.tell(newest);
    return newest;
  }

  /**
   * Signs the positions after `from`, up to and including `to`. Throws LogTampered if a hash does not follow from the
   * one before, or if an event was not appended by this shop.
   */
  async signed(from: Pick<Anchored, 'position' | 'signature' | 'hash'>, to: number): Promise<Seal> {
    const { position: after, signature } = from;
    const hashes = await hashesBetween(this.db, after, to);
    if (hashes.length !== to - after) throw new LogTampered(`positions are missing between ${after} and ${to}`);
    await this.gate.mustBeOurs(from, hashes);
    const unsigned = { after, position: to, root: merkleRoot(hashes), hash: hashes.at(-1)! };
    return this.key.sign({ ...unsigned, sealedAt: this.clock.now() }, signature);
  }

  /**
   * The end of the seals according to the database alone, for a process that remembers nothing. Throws SealsDisagree.
   */
  async databaseWord(): Promise<Anchored> {
    const records = this.expectSigned(await recordsFrom(this.db, 1), '');
    const newest = records.at(-1);
    const word = {
      ...NOTHING_SEALED,
      ...(newest && { record: newest.number, recordSignature: newest.signature }),
    };
    const last = await lastSeal(this.db);
    if (!last) return word;
    const before = await sealBefore(this.db, last.position);
    if ((before?.position ?? 0) !== last.after || !this.key.vouchesFor(last, before?.signature ?? ''))
      throw falseSeal(last);
    const end = { ...word, ...pointOf(last) };
    await this.expectLog(end);
    return { ...end, count: await countSeals(this.db, last.position) };
  }

  /** Logs a new end. The log output is a second record of it outside the database. */
  tell({ position, signature, hash, count, record }: Anchored): void {
    this.log.log({ message: 'sealed', seal: { position, signed: signature, hash, count, record } }); // a field named signature is not logged
  }

  /** Checks the stored records and seals after the remembered end, and returns the new end. */
  private async withNewSeals(known: Anchored): Promise<Anchored> {
    const end = await this.withRecords(known).catch(async (error: unknown) => {
      // An older copy of the database lacks records too. Then the error about the log is better: it shows how much is
      // lost.
      if (error instanceof SealsDisagree) await this.expectLog(known);
      throw error;
    });
    await this.expectLog(end);
    await this.expectSeal(end);
    return this.checkedSeals(end);
  }

  /** Applies the decisions about the seals that were recorded after the remembered end. */
  private async withRecords(known: Anchored): Promise<Anchored> {
    let records: readonly SealRecord[] = await recordsFrom(this.db, Math.max(known.record, 1));
    if (known.record > 0 && !isKnown(records[0], known)) {
      records = this.expectSigned(await recordsFrom(this.db, 1), '');
      const isRestored = (one: SealRecord) => one.number > known.record && decisionOf(one).kind === 'restored';
      if (!records.some(isRestored)) throw missingRecord(known, records.at(-1)?.number ?? 0);
      records = records.filter(({ number }) => number > known.record);
    } else {
      if (known.record > 0) records = records.slice(1);
      records = this.expectSigned(records, known.recordSignature);
    }
    let end = known;
    for (const record of records) {
      const { number, signature } = record;
      end = { ...after(end, known, number, decisionOf(record)), record: number, recordSignature: signature };
    }
    return end;
  }

  /** Returns the records that the shop has signed. Throws if any other record is not declared void. */
  private expectSigned(records: readonly SealRecord[], previous: string): readonly SealRecord[] {
    const { ours, unsettled } = sortRecords(this.key.trusted, records, previous);
    if (unsettled.length > 0) throw new SealsDisagree('records', notSigned(unsettled[0]));
    return ours;
  }

  /** Checks that the log reaches the newest seal and still has the sealed hash there. */
  private async expectLog({ position, hash }: Anchored): Promise<void> {
    if (position === 0) return;
    const found = (await hashesAt(this.db, [position])).get(position);
    if (found === hash) return;
    const head = (await lastNumbered(this.db))?.position ?? 0;
    if (head < position)
      throw new SealsDisagree('behind', `it was sealed up to ${position} and ends at ${head}`, head + 1);
    throw new SealsDisagree('rewritten', `at position ${position} it is not what was sealed`, position);
  }

  private async expectSeal({ position, signature }: Anchored): Promise<void> {
    if (position === 0) return;
    const [stored] = await sealsFrom(this.db, position, 1);
    if (stored?.position !== position || stored.signature !== signature)
      throw new SealsDisagree('lost', `the seal at position ${position} is gone or was changed`, position);
    const before = await sealBefore(this.db, stored.after + 1);
    if (!this.key.vouchesFor(stored, before?.signature ?? '')) throw falseSeal(stored);
  }

  /** Checks the seals that other processes have made after `from`, and returns the new end. */
  private async checkedSeals(from: Anchored): Promise<Anchored> {
    let end = from;
    for (;;) {
      const seals = await sealsFrom(this.db, end.position + 1, PAGE);
      const hashes = seals.length > 0 ? await hashesAt(this.db, seals.map(({ position }) => position)) : new Map(); // prettier-ignore
      for (const seal of seals) {
        if (seal.after !== end.position || !this.key.vouchesFor(seal, end.signature)) throw falseSeal(seal);
        if (hashes.get(seal.position) !== seal.hash)
          throw new SealsDisagree('rewritten', `at position ${seal.position} it is not what was sealed`, seal.position);
        end = { ...end, ...pointOf(seal), count: end.count + 1 };
      }
      if (seals.length < PAGE) return end;
    }
  }
}

const pointOf = ({ position, signature, hash }: Seal) => ({ position, signature, hash });

const isKnown = (record: SealRecord | undefined, known: Anchored): boolean =>
  record?.number === known.record && record.signature === known.recordSignature;

const missingRecord = ({ record }: Anchored, newest: number) =>
  newest < record
    ? new SealsDisagree('forgotten', `the log of seals had ${record} records and ends at record ${newest}`)
    : new SealsDisagree('records', `record ${record} of the log of seals is gone or was changed`);

const falseSeal = ({ position }: Seal) =>
  new SealsDisagree('false', `the seal at position ${position} is not ours, or is not where it belongs`, position);

function after(end: Anchored, known: Anchored, number: number, decision: Decision): Anchored {
  switch (decision.kind) {
    case 'adopted':
    case 'disowned':
      return end;
    case 'restored': {
      const { lost, kept } = decision;
      if (lost.record > known.record || (lost.record === known.record && lost.position >= known.position))
        return { ...end, ...kept };
      const reason = `it was sealed up to ${known.position}, further than record ${number} about a restored backup says`;
      throw new SealsDisagree('behind', reason, lost.position);
    }
    case 'resealed': {
      const { position, signature, hash, count } = decision;
      return end.position > position ? end : { ...end, position, signature, hash, count };
    }
  }
}
