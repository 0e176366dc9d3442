import { Logger } from '@nestjs/common';
import { Counter, register } from 'prom-client';
import type { Uuid } from '#kernel';
import type { MacKey } from '#platform/macs';
import { UnusableSealAnchor } from '#platform/system';
import { hashOfEvent, ORIGIN, type StoredEvent } from '../seals/chain';
import { admissionMac, isAdmitted, isOurs } from './event-mac';
import { findAdmissions, storeAdmissions } from './event-macs.store';
import { FirstFormat } from './first-format';
import { LogTampered } from '../streams/errors';
import { MacCheck, type WithMac } from './mac-check';
import { MacExceptions } from './mac-exceptions';
import { MacMemory } from './mac-memory';
import type { LogEnd } from '../sequencer/pending';
import { readNumbered, type NumberedEvent } from '../streams/numbered-events.store';
import { findOutOfTurn, outOfTurnMessage } from '../streams/log-gaps';
import { listAsideForMac } from '../sequencer/unnumbered.store';
import type { StreamDatabase } from '../streams/stream-database';

const NAME = 'log_refused_events_total';
const MOST_REMEMBERED = 20_000;
const PAGE = 250;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000' as Uuid;
const NOT_OURS = 'it was not appended by this shop: ';
const WRONG_MAC = 'its MAC is wrong, or the key EVENT_MAC_KEY differs between processes';

const refusedEvents =
  (register.getSingleMetric(NAME) as Counter | undefined) ??
  new Counter({ name: NAME, help: 'Events that were not numbered, because their MAC is missing or wrong.' });

export type EventToNumber = WithMac & StoredEvent & { readonly seq: number };

/** A hash of the log, and the hash before it. */
interface Link {
  readonly before: string;
  readonly hash: string;
}

/**
 * Decides which events get a position in the log: only events that a process with the MAC key appended. Events of older
 * builds are an exception: see `admitAllowed`.
 */
export class MacGate {
  private readonly log = new Logger('Sequencer');
  private readonly countedIds = new Set<string>();
  /** The last stream that `findStreamsWithRightMac` has searched. */
  private lastSearched = LOWEST_ID;
  /** Hashes that this process gave to positions that are not sealed yet, by position. */
  private readonly ownHashes = new Map<number, Link>();

  private readonly exceptions: MacExceptions;
  private readonly firstFormat: FirstFormat;

  constructor(
    private readonly db: StreamDatabase,
    readonly key: MacKey,
    readonly memory = new MacMemory(),
  ) {
    this.exceptions = new MacExceptions(db, key, memory);
    this.firstFormat = new FirstFormat(db, key, memory);
  }

  /** Call it when this process begins to number events. */
  async prepare(): Promise<void> {
    this.forgetHashes();
    for (const part of [this.firstFormat, this.exceptions])
      await part.sign().catch((error: unknown) => {
        if (!(error instanceof UnusableSealAnchor)) throw error;
        this.log.error(error.message); // without its files, this process signs nothing new, but numbering must continue
      });
  }

  /** Forgets the hashes that this process computed, because another process can number events from now on. */
  forgetHashes(): void {
    this.ownHashes.clear();
  }

  /** The ids of the events that must not be numbered, each with the reason. The metric counts each event once. */
  async findRefused(events: readonly EventToNumber[]): Promise<ReadonlyMap<string, string>> {
    const refused = new Map<string, string>();
    const withoutMac = events.filter(({ mac }) => mac === null);
    if (withoutMac.length > 0)
      for (const { id } of await this.admitAllowed(withoutMac)) refused.set(id, NOT_OURS + 'it has no MAC');
    for (const event of events)
      if (event.mac !== null && !isOurs(this.key, event, event.mac)) refused.set(event.id, NOT_OURS + WRONG_MAC);
    for (const id of refused.keys()) {
      if (this.countedIds.has(id)) continue;
      this.countedIds.add(id);
      refusedEvents.inc();
    }
    return refused;
  }

  /**
   * The streams of events that another process put aside because of a wrong MAC. The other process had another key:
   * with the key of this process, the MAC is correct.
   */
  async findStreamsWithRightMac(): Promise<readonly Uuid[]> {
    const events = await listAsideForMac(this.db, NOT_OURS, this.lastSearched);
    this.lastSearched = events.at(-1)?.streamId ?? LOWEST_ID;
    const ours = events.filter((event) => event.mac !== null && isOurs(this.key, event, event.mac));
    return [...new Set(ours.map(({ streamId }) => streamId))];
  }

  /** Remembers the hashes that this process gave to positions. `end` is the hash before the first of the rows. */
  rememberNumbered({ hash: end }: LogEnd, rows: readonly { readonly position: number; readonly hash: string }[]): void {
    // The map gets so many entries only while nothing is sealed. `checkRows` checks the forgotten positions later.
    if (this.ownHashes.size > MOST_REMEMBERED) this.ownHashes.clear();
    rows.forEach(({ position, hash }, index) =>
      this.ownHashes.set(position, { before: rows[index - 1]?.hash ?? end, hash }),
    );
  }

  /**
   * Checks the positions after `after`, whose own hash is known to be correct. Throws LogTampered if a position is
   * wrong. If this process numbered a position, its hash and the hash before it must be the remembered hashes. At other
   * positions the event must exist, its hash must follow from the hash before, and its MAC must be correct.
   */
  async expectOurs(after: LogEnd, hashes: readonly string[]): Promise<void> {
    const first = after.position === 0 ? ORIGIN : after.hash;
    const numberedElsewhere: number[] = [];
    hashes.forEach((hash, index) => {
      const position = after.position + index + 1;
      const own = this.ownHashes.get(position);
      if (own === undefined) numberedElsewhere.push(position);
      else if (own.hash !== hash || own.before !== (hashes[index - 1] ?? first))
        throw new LogTampered(
          `the hash at position ${position} is not the hash that was stored when the event was numbered`,
        );
    });
    if (numberedElsewhere.length > 0) {
      const before = numberedElsewhere[0] - 1;
      const hash = hashes[before - after.position - 1] ?? first;
      await this.checkRows({ position: before, hash }, numberedElsewhere.at(-1)!);
    }
    for (let index = 1; index <= hashes.length; index++) this.ownHashes.delete(after.position + index);
  }

  /**
   * Checks the last position before more events are numbered after it. Returns what is wrong with that position;
   * undefined if the position is correct.
   */
  async findProblemAtEnd({ position }: LogEnd): Promise<string | undefined> {
    if (position === 0) return undefined;
    const before = position > 1 ? await readNumbered(this.db, position - 2, position - 1) : [];
    const hash = position > 1 ? before[0]?.hash : ORIGIN;
    if (hash === undefined) return `position ${position - 1} is missing`;
    return this.checkRows({ position: position - 1, hash }, position).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof LogTampered) return error.message;
        throw error;
      },
    );
  }

  private async checkRows(after: LogEnd, to: number): Promise<void> {
    const check = new MacCheck(this.db, this.key, this.memory);
    const formatProblem = await check.readFirstFormatEnd();
    if (formatProblem) throw new LogTampered(formatProblem);
    let { position: at, hash: before } = after;
    while (at < to) {
      const rows = await readNumbered(this.db, at, Math.min(at + PAGE, to));
      for (const row of rows) before = expectHash(before, (at += 1), row);
      const [foreign] = await check.findForeign(rows);
      if (foreign)
        throw new LogTampered(
          `the event at position ${foreign.row.position} was not appended by this shop: ${foreign.why}`,
        );
      const [outOfTurn] = await findOutOfTurn(this.db, rows);
      if (outOfTurn) throw new LogTampered(outOfTurnMessage(outOfTurn));
      if (rows.length === 0) throw new LogTampered(`position ${at + 1} is missing`);
    }
  }

  /**
   * An older build makes no MACs. Until the last older build has stopped, events without a MAC are accepted. For each
   * of these events, an admission with a MAC is stored. After that, the database role of the shop has no right to allow
   * more events without a MAC. Returns the events that were not admitted.
   */
  private async admitAllowed(events: readonly EventToNumber[]): Promise<readonly EventToNumber[]> {
    // Events that have waited for an earlier event of their stream were admitted when they were checked for the first
    // time.
    const earlier = await findAdmissions(this.db, events.map(({ id }) => id)); // prettier-ignore
    const fresh = events.filter((event) => !isAdmitted(this.key, event, earlier.get(event.id) ?? ''));
    if (fresh.length === 0) return [];
    const allowed = await this.exceptions.readAllowed();
    const admitted = fresh.filter(({ id }) => allowed.open || allowed.events.has(id));
    const macs = new Map(admitted.map((event) => [event.id, admissionMac(this.key, event)]));
    const withMac = [...macs].filter((one): one is [string, Buffer] => one[1] !== undefined);
    if (withMac.length > 0) await storeAdmissions(this.db, withMac.map(([id]) => id), withMac.map(([, mac]) => mac)); // prettier-ignore
    return fresh.filter(({ id }) => macs.get(id) === undefined);
  }
}

/** Returns the row's hash if it follows from the hash before. Otherwise throws LogTampered. */
function expectHash(before: string, position: number, row: NumberedEvent): string {
  if (row.position !== position) throw new LogTampered(`position ${position} is missing`);
  if (row.id === null) throw new LogTampered(`there is no event at position ${position}`);
  if (hashOfEvent(before, position, row) !== row.hash)
    throw new LogTampered(`the event at position ${position}, or its hash, was changed`);
  return row.hash;
}
