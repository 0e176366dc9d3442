import { setImmediate as breathe } from 'node:timers/promises';
import { VOIDING } from '#kernel';
import { statement } from '#database';
import type { MacKey } from '#platform/macs';
import { chained, ORIGIN } from '../seals/chain';
import { SealsDisagree, type Disagreement } from '../streams/errors';
import { bad, Findings, type Finding, type Found, type VerifyResult } from './findings';
import { MacCheck } from '../macs/mac-check';
import { lastNumbered } from '../sequencer/pending';
import { placedBetween, type Placed } from '../streams/placed.store';
import { SealCheck } from '../seals/seal-check';
import type { SealKey } from '../seals/seal-key';
import { remarksOf } from '../seals/remarks';
import { outOfTurn, strayEvents, strayStreams, toldOutOfTurn } from '../streams/strays';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

const BATCH = 1_000;
/** How many rows are checked before other work may use the event loop. It takes a few milliseconds. */
const SLICE = 100;

const HASH = statement('log-hash', `select encode(hash, 'hex') as hash from ${named.log} where position = $1`);

const WAITING = statement('log-waiting', `select count(*) as waiting from ${named.pending}`);

export interface Span {
  readonly from: number;
  /** The head of the log by default. */
  readonly to?: number;
  readonly progress?: (done: number, last: number) => void;
  /** Aborts the verification between two slices. */
  readonly signal?: AbortSignal;
  /** Compares the seals with what is remembered outside of the database. Throws SealsDisagree. */
  readonly remembered?: () => Promise<unknown>;
}

/**
 * Recomputes the stored hashes in batches, and reports everything that is wrong. A short statement reads each batch.
 */
export async function verifyLog(db: StreamDatabase, key: SealKey, macKey: MacKey, span: Span): Promise<VerifyResult> {
  const { from, to, progress, signal, remembered } = span;
  const head = (await lastNumbered(db))?.position ?? 0;
  const start = Math.max(1, from);
  const last = Math.min(to ?? head, head);
  const findings = new Findings();
  const seals = new SealCheck(db, key);
  await seals.begin(start);
  const macs = new MacCheck(db, macKey);
  const unsigned = await macs.begin();
  if (unsigned) findings.add(bad('forged', null, null, unsigned));

  const before = start === 1 ? ORIGIN : await hashAt(db, start - 1);
  // A range that begins after the end of the log has no hash before it. That is no finding.
  if (before === undefined && start <= head + 1)
    findings.add(bad('deleted', start - 1, null, `position ${start - 1} is missing`));
  const walk = new Walk(findings, before);
  let voided = 0;
  for (let at = start - 1; at < last;) {
    signal?.throwIfAborted();
    const end = Math.min(at + BATCH, last);
    const rows = await placedBetween(db, at, end);
    for (let first = 0; first < rows.length; first += SLICE) {
      if (first > 0) await breathe();
      const sound: Placed[] = [];
      for (const row of rows.slice(first, first + SLICE)) {
        walk.expect(at + 1, row.position - 1);
        if (walk.look(row, rows)) sound.push(row);
        if (row.type === VOIDING) voided += 1;
        at = row.position;
      }
      for (const { row, why } of await macs.wrong(sound)) findings.add(notOurs(row, why));
    }
    walk.expect(at + 1, end);
    at = end;
    for (const one of await outOfTurn(db, rows))
      findings.add(bad('stream', one.position, one.eventId, toldOutOfTurn(one), one.streamId));
    findings.add(...(await seals.covers(rows)));
    progress?.(at, last);
  }
  if (to === undefined) findings.add(await seals.end());
  if (remembered) findings.add(await compared(remembered));
  const { remarks, wrong } = await remarksOf(db, key.trusted);
  findings.add(wrong);
  if (start === 1 && to === undefined) {
    await strayEvents(db, findings, signal);
    await strayStreams(db, findings, signal);
  }

  const [{ waiting }] = await db.query<{ waiting: number }>(WAITING);
  const events = Math.max(0, last - start + 1);
  const { count, through } = seals;
  const formats = { firstFormatThrough: macs.through, admitted: macs.admitted };
  const reach = { from: start, to: last, events, seals: count, sealedThrough: through };
  const looked = { ...reach, ...formats, waiting, voided, remarks };
  const [first] = findings.kept;
  if (!first) return { ok: true, ...looked, hash: walk.hash ?? ORIGIN };
  return { ok: false, ...looked, ...first, findings: findings.kept, found: findings.count };
}

const notOurs = ({ position, eventId, streamId }: Placed, why: string): Found =>
  bad('forged', position, eventId, `the event at position ${position} was not appended by this shop: ${why}`, streamId);

/** Checks the chain row by row, and continues after a break. */
class Walk {
  /** The hashes that the next row's hash may be computed from; empty after a gap. */
  private before: readonly string[];

  constructor(
    private readonly findings: Findings,
    before: string | undefined,
  ) {
    this.before = before === undefined ? [] : [before];
  }

  get hash(): string | undefined {
    return this.before[0];
  }

  /** Reports positions without a row. */
  expect(from: number, to: number): void {
    if (from > to) return;
    const message = from === to ? `position ${from} is missing` : `positions ${from} to ${to} are missing`;
    this.findings.add(bad('deleted', from, null, message));
    this.before = [];
  }

  /** Whether the row matches the hash chain. */
  look(row: Placed, batch: readonly Placed[]): boolean {
    const { position, eventId, hash } = row;
    if (row.id === null) {
      this.findings.add(bad('deleted', position, eventId, `the event at position ${position} is gone`));
      this.before = [hash];
      return false;
    }
    const computed = this.before.map((before) => chained(before, position, row));
    if (computed.length === 0 || computed.includes(hash)) {
      this.before = [hash];
      return true;
    }
    this.findings.add(this.misplaced(row, batch));
    this.before = [hash, ...computed]; // the event or its hash was changed, and the next row shows which
    return false;
  }

  private misplaced(row: Placed, batch: readonly Placed[]): Found {
    const { position, eventId, hash, streamId } = row;
    const fits = (one: Placed) => this.before.some((before) => chained(before, position, one) === hash);
    const other = batch.find((one) => one !== row && one.id !== null && fits(one));
    const message = other
      ? `position ${position} was given to event ${other.id}, which now has ${other.position}`
      : `the event at position ${position}, or its hash, is not what was written`;
    return bad(other ? 'swapped' : 'altered', position, eventId, message, streamId);
  }
}

const KINDS: Readonly<Record<Disagreement, Finding>> = {
  behind: 'behind',
  rewritten: 'recomputed',
  lost: 'seal',
  false: 'seal',
  records: 'records',
  forgotten: 'records',
};

async function compared(remembered: () => Promise<unknown>): Promise<Found | undefined> {
  try {
    await remembered();
    return undefined;
  } catch (error) {
    if (!(error instanceof SealsDisagree)) throw error;
    return bad(KINDS[error.disagreement], error.position, null, String(error.params['reason']));
  }
}

async function hashAt(db: StreamDatabase, position: number): Promise<string | undefined> {
  const [row] = await db.query<{ hash: string }>(HASH, [position]);
  return row?.hash;
}
