import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { VOIDING } from '#kernel';
import { statement } from '#database';
import type { MacKey } from '#platform/macs';
import { hashOfEvent, ORIGIN } from '../seals/chain';
import { SealsDisagree, type Disagreement } from '../streams/errors';
import { newFinding, Findings, type Finding, type Found, type VerifyResult } from './findings';
import { MacCheck } from '../macs/mac-check';
import type { MacMemory } from '../macs/mac-memory';
import { readLogEnd } from '../sequencer/pending';
import { readNumbered, type NumberedEvent } from '../streams/numbered-events.store';
import { SealCheck } from '../seals/seal-check';
import type { SealKey } from '../seals/seal-key';
import { readRemarks } from '../seals/remarks';
import { findOutOfTurn, findEventsWithoutPosition, findIncompleteStreams, outOfTurnMessage } from '../streams/log-gaps';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

const BATCH = 1_000;
/** How many rows are checked before other work can use the event loop. Checking them takes a few milliseconds. */
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
  /**
   * Compares the seals with the values that are remembered outside the database. Throws SealsDisagree if they differ.
   */
  readonly remembered?: () => Promise<unknown>;
  /** Remembers, outside the database, which events are allowed to have no MAC. */
  readonly memory?: MacMemory;
}

/**
 * Checks the stored hashes, MACs and seals in batches, and reports everything that is wrong. A short statement reads
 * each batch, so no statement runs for a long time.
 */
export async function verifyLog(db: StreamDatabase, key: SealKey, macKey: MacKey, span: Span): Promise<VerifyResult> {
  const { from, to, progress, signal, remembered, memory } = span;
  const head = (await readLogEnd(db))?.position ?? 0;
  const start = Math.max(1, from);
  const last = Math.min(to ?? head, head);
  const findings = new Findings();
  const seals = new SealCheck(db, key);
  await seals.begin(start);
  const macs = new MacCheck(db, macKey, memory);
  const formatProblem = await macs.readFirstFormatEnd();
  if (formatProblem) findings.add(newFinding('forged', null, null, formatProblem));

  const before = start === 1 ? ORIGIN : await readHash(db, start - 1);
  // If the range begins after the end of the log, there is no hash before the range. A missing hash is then not a
  // finding.
  if (before === undefined && start <= head + 1)
    findings.add(newFinding('deleted', start - 1, null, `position ${start - 1} is missing`));
  const chain = new ChainCheck(findings, before);
  let voided = 0;
  for (let at = start - 1; at < last;) {
    signal?.throwIfAborted();
    const end = Math.min(at + BATCH, last);
    const rows = await readNumbered(db, at, end);
    for (let first = 0; first < rows.length; first += SLICE) {
      if (first > 0) await yieldToOthers();
      const inChain: NumberedEvent[] = [];
      for (const row of rows.slice(first, first + SLICE)) {
        chain.reportMissing(at + 1, row.position - 1);
        if (chain.checkRow(row, rows)) inChain.push(row);
        if (row.type === VOIDING) voided += 1;
        at = row.position;
      }
      for (const { row, why } of await macs.findForeign(inChain)) findings.add(foreignFinding(row, why));
    }
    chain.reportMissing(at + 1, end);
    at = end;
    for (const one of await findOutOfTurn(db, rows))
      findings.add(newFinding('stream', one.position, one.eventId, outOfTurnMessage(one), one.streamId));
    findings.add(...(await seals.checkRows(rows)));
    progress?.(at, last);
  }
  if (to === undefined) findings.add(await seals.checkEnd());
  if (remembered) findings.add(await compareWithRemembered(remembered));
  const { remarks, wrong } = await readRemarks(db, key.trusted);
  findings.add(wrong);
  if (start === 1 && to === undefined) {
    await findEventsWithoutPosition(db, findings, signal);
    await findIncompleteStreams(db, findings, signal);
  }

  const [{ waiting }] = await db.query<{ waiting: number }>(WAITING);
  const events = Math.max(0, last - start + 1);
  const { count, sealedThrough } = seals;
  const { firstFormatEnd: firstFormatThrough, admitted, admittedPositions } = macs;
  const formats = { firstFormatThrough, admitted, admittedPositions };
  const range = { from: start, to: last, events, seals: count, sealedThrough };
  const checked = { ...range, ...formats, waiting, voided, remarks };
  const [first] = findings.listed;
  if (!first) return { ok: true, ...checked, hash: chain.hash ?? ORIGIN };
  return { ok: false, ...checked, ...first, findings: findings.listed, found: findings.count };
}

const foreignFinding = ({ position, eventId, streamId }: NumberedEvent, why: string): Found =>
  newFinding(
    'forged',
    position,
    eventId,
    `the event at position ${position} was not appended by this shop: ${why}`,
    streamId,
  );

/** Checks the hash chain row by row. After a finding, the check continues with the next row. */
class ChainCheck {
  /**
   * The hash of the next row must be computed from one of these hashes. After a gap the list is empty, and any hash is
   * accepted.
   */
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
  reportMissing(from: number, to: number): void {
    if (from > to) return;
    const message = from === to ? `position ${from} is missing` : `positions ${from} to ${to} are missing`;
    this.findings.add(newFinding('deleted', from, null, message));
    this.before = [];
  }

  /** Returns whether the row matches the hash chain. Reports a finding if it does not. */
  checkRow(row: NumberedEvent, batch: readonly NumberedEvent[]): boolean {
    const { position, eventId, hash } = row;
    if (row.id === null) {
      this.findings.add(newFinding('deleted', position, eventId, `the event at position ${position} is gone`));
      this.before = [hash];
      return false;
    }
    const computed = this.before.map((before) => hashOfEvent(before, position, row));
    if (computed.length === 0 || computed.includes(hash)) {
      this.before = [hash];
      return true;
    }
    this.findings.add(this.findingFor(row, batch));
    this.before = [hash, ...computed]; // the next hash shows whether the event or this hash was changed
    return false;
  }

  private findingFor(row: NumberedEvent, batch: readonly NumberedEvent[]): Found {
    const { position, eventId, hash, streamId } = row;
    const fits = (one: NumberedEvent) => this.before.some((before) => hashOfEvent(before, position, one) === hash);
    const other = batch.find((one) => one !== row && one.id !== null && fits(one));
    const message = other
      ? `position ${position} was given to event ${other.id}, which now has position ${other.position}`
      : `the event at position ${position}, or its hash, was changed`;
    return newFinding(other ? 'swapped' : 'altered', position, eventId, message, streamId);
  }
}

const FINDING_OF: Readonly<Record<Disagreement, Finding>> = {
  behind: 'behind',
  rewritten: 'recomputed',
  lost: 'seal',
  false: 'seal',
  records: 'records',
  forgotten: 'records',
};

async function compareWithRemembered(remembered: () => Promise<unknown>): Promise<Found | undefined> {
  try {
    await remembered();
    return undefined;
  } catch (error) {
    if (!(error instanceof SealsDisagree)) throw error;
    return newFinding(FINDING_OF[error.disagreement], error.position, null, String(error.params['reason']));
  }
}

async function readHash(db: StreamDatabase, position: number): Promise<string | undefined> {
  const [row] = await db.query<{ hash: string }>(HASH, [position]);
  return row?.hash;
}
