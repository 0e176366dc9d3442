import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { VOIDING, type Uuid } from '#kernel';
import type { Leadership } from '#database/leadership';
import { activity } from '#platform/system';
import { hashOfEvent, ORIGIN } from '../seals/chain';
import { openNotificationWait } from './notification-wait';
import type { LogSignals } from './log-signals';
import type { MacGate } from '../macs/mac-gate';
import { enqueueLost } from './lost.store';
import { MOST_READ, readLogEnd, LogMoved, numberEvents, readPending, type LogEnd, type PendingEvent } from './pending';
import type { Sealer } from '../seals/sealer';
import { sortByVersion } from '../streams/version-order';
import {
  isVoidByNumbered,
  findStreamsAside,
  putAside,
  readPendingEvent,
  deleteStalePending,
  requeueAside,
  readPendingSeqs,
} from './unnumbered.store';
import { Watermark } from './watermark';
import type { StreamDatabase } from '../streams/stream-database';

/**
 * Under load, events arrive every millisecond. After a batch the sequencer waits this long, so that the next batch has
 * several events. After a batch of many events it waits longer.
 */
const GATHER_MS = 8;
const LARGE_BATCH = 12;
const GATHER_LARGE_MS = 20;
/**
 * How often the sequencer looks for new events although it got no notification. A notification between processes can be
 * lost.
 */
const CHECK_MS = 500;
/** How often the sequencer checks again the events that were put aside because of their MAC. */
const RECHECK_MACS_MS = 10_000;
/** How often the sequencer looks for committed events that have neither a position nor a row in the queue. */
const FIND_LOST_MS = 60_000;
const LONGEST_RETRY_MS = 5_000;

/**
 * Whether a row caused the error, and not the server. Examples: a value cannot be converted to text, or a key already
 * exists.
 */
const isRowError = (error: unknown): boolean =>
  /^(2[23]|0A000)/.test((error as { code?: string } | undefined)?.code ?? '');

/**
 * Gives committed events their positions, in one process at a time. Positions have no gaps and follow the order of the
 * commits. Each hash covers the hash before it. The sequencer reads only committed events, so an open or aborted
 * transaction does not delay it, and does not leave a gap.
 */
@Injectable()
export class Sequencer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Sequencer');
  private releaseLead?: () => Promise<void>;

  constructor(
    private readonly db: StreamDatabase,
    private readonly leadership: Leadership,
    private readonly signals: LogSignals,
    private readonly sealer: Sealer,
    private readonly gate: MacGate,
  ) {}

  onApplicationBootstrap(): void {
    this.releaseLead = this.leadership.lead(this.signals.sequencerTask, (stop) => this.lead(stop));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.releaseLead?.();
  }

  /** Runs until this process is no longer the leader. */
  async lead(stop: AbortSignal): Promise<void> {
    let requeued = false;
    for (let failures = 0; !stop.aborted;) {
      try {
        // Perhaps an earlier leader put events aside that are repaired by now, or that this build can read.
        if (!requeued) await requeueAside(this.db);
        requeued = true;
        await this.numberUntilStopped(stop, () => (failures = 0));
      } catch (error) {
        if (stop.aborted) return;
        // Perhaps another leader numbered the same events first, or the database does not respond. `begin` reads the
        // end of the log again.
        failures += 1;
        this.log.warn(`numbering failed ${failures} times in a row: ${(error as Error).message}`);
        await pause(Math.min(50 * 2 ** failures, LONGEST_RETRY_MS), undefined, { signal: stop }).catch(() => undefined);
      }
    }
  }

  private async numberUntilStopped(stop: AbortSignal, onSuccess: () => void): Promise<void> {
    const bell = openNotificationWait((ring) => this.signals.onAppended(ring));
    try {
      const run = await this.begin();
      while (!stop.aborted) {
        const events = await run();
        onSuccess();
        const wait = await this.sealer.sealWhenDue();
        if (events > 0) await pause(events < LARGE_BATCH ? GATHER_MS : GATHER_LARGE_MS);
        // If events were committed during the batch, this wait ends at once.
        if (events < MOST_READ) await bell.wait(Math.min(activity.checkAfter(CHECK_MS), wait), stop);
      }
      await this.sealer.sealRest();
    } finally {
      this.gate.forgetHashes();
      bell.close();
    }
  }

  /**
   * Returns a function that numbers the next batch of events, and returns the number of events in the batch. After an
   * error this function must not be called again, because the end of the log in memory is perhaps wrong. If a row
   * caused the error, that row has been put aside.
   */
  async begin(): Promise<() => Promise<number>> {
    const watermark = new Watermark();
    let end = (await readLogEnd(this.db)) ?? { position: 0, hash: ORIGIN };
    const streamsAside = await findStreamsAside(this.db);
    await this.gate.prepare();
    await this.checkEnd(end);
    await this.sealer.begin(end.position);
    let recheckMacsAt = performance.now() + RECHECK_MACS_MS;
    let findLostAt = performance.now() + FIND_LOST_MS;
    const run = async () => {
      if (streamsAside.size > 0 && performance.now() >= recheckMacsAt) {
        await this.requeueCorrect(streamsAside);
        recheckMacsAt = performance.now() + RECHECK_MACS_MS;
      }
      if (performance.now() >= findLostAt) {
        await this.enqueueLost(streamsAside);
        findLostAt = performance.now() + FIND_LOST_MS;
      }
      const { events, last, xmin, isComplete } = await readPending(this.db, watermark.nextRead);
      if (last !== end.position) throw new LogMoved(end.position);
      const seqs = events.map(({ seq }) => seq);
      if (events.length === 0) {
        watermark.recordRead(seqs, isComplete, xmin);
        return 0;
      }
      const { accepted, asideXid } = await this.putRefusedAside(events, streamsAside);
      if (accepted.length === 0) {
        watermark.recordRead(seqs, isComplete, xmin, asideXid);
        return events.length;
      }
      let { position, hash } = end;
      const rows = sortByVersion(accepted).map((event) => {
        position += 1;
        hash = hashOfEvent(hash, position, event);
        return { position, hash, id: event.id, seq: event.seq };
      });
      crashPoint('sequencer.read');
      const xid = await numberEvents(this.db, end, rows);
      this.gate.rememberNumbered(end, rows);
      crashPoint('sequencer.numbered');
      end = { position, hash };
      watermark.recordRead(seqs, isComplete, xmin, xid);
      this.sealer.setHead(position);
      this.signals.announceNumbered(position);
      return events.length;
    };
    return async () => {
      try {
        return await run();
      } catch (error) {
        if (isRowError(error)) await this.numberOneByOne(end, streamsAside);
        throw error;
      }
    };
  }

  /**
   * If the end of the log is wrong, the shop still sells, and events are still numbered. The error is logged at once,
   * and nothing after this position is sealed.
   */
  private async checkEnd(end: LogEnd): Promise<void> {
    const problem = await this.gate.findProblemAtEnd(end);
    if (problem !== undefined)
      this.log.error(`numbering goes on after position ${end.position}, although the log is wrong there. ${problem}`);
  }

  /**
   * Puts aside the events that get no position: events that the shop did not append, and later events of the same
   * streams. Returns the other events.
   */
  private async putRefusedAside(
    events: readonly PendingEvent[],
    streamsAside: Set<Uuid>,
  ): Promise<{ readonly accepted: readonly PendingEvent[]; readonly asideXid?: bigint }> {
    let asideXid: bigint | undefined;
    const refused = await this.gate.findRefused(events);
    if (refused.size === 0 && streamsAside.size === 0) return { accepted: events };
    const accepted: PendingEvent[] = [];
    const laterEvents: PendingEvent[] = [];
    for (const event of events) {
      const why = refused.get(event.id);
      if (why !== undefined) asideXid = await this.putOneAside(event.seq, why, streamsAside);
      else (streamsAside.has(event.streamId) ? laterEvents : accepted).push(event);
    }
    if (laterEvents.length > 0) asideXid = await this.putLaterAside(laterEvents, streamsAside);
    return { accepted, asideXid };
  }

  /**
   * If an event of a stream is put aside, the later events of the stream are put aside too. Otherwise the stream would
   * have a gap in the log.
   */
  private async putLaterAside(laterEvents: readonly PendingEvent[], streamsAside: Set<Uuid>): Promise<bigint> {
    const moved = await putAside(
      this.db,
      laterEvents.map(({ seq }) => seq),
      null,
    );
    for (const { streamId: id, type } of laterEvents) {
      if (type !== VOIDING) continue;
      // An operator has declared an event of this stream void. If no other event blocks the stream, its events are
      // queued again.
      if ((await findStreamsAside(this.db, id)).size > 0) continue;
      await requeueAside(this.db, id);
      streamsAside.delete(id);
    }
    return moved.xid;
  }

  /**
   * Looks for events that were put aside because of their MAC, although the MAC is correct with the key of this
   * process. These events are queued again, together with the later events of their streams.
   */
  private async requeueCorrect(streamsAside: Set<Uuid>): Promise<void> {
    for (const orderId of await this.gate.findStreamsWithRightMac()) {
      const events = await requeueAside(this.db, orderId);
      streamsAside.delete(orderId);
      this.log.log(`${events} events of order ${orderId} were put aside, and are queued again: their MAC is correct`);
    }
  }

  /** If the row of an event in the queue was deleted, queues the event again. So the event is at most a minute late. */
  private async enqueueLost(streamsAside: Set<Uuid>): Promise<void> {
    for (const { orderId, version, lost } of await enqueueLost(this.db)) {
      streamsAside.delete(orderId);
      if (lost)
        this.log.error(
          `event ${version} of order ${orderId} had no position and no row in the queue, so it was queued again`,
        );
    }
  }

  /**
   * Numbers each waiting row with a statement of its own. A row that fails is put aside, and the other rows are still
   * numbered.
   */
  private async numberOneByOne(from: LogEnd, streamsAside: Set<Uuid>): Promise<void> {
    await deleteStalePending(this.db);
    let end = (await readLogEnd(this.db)) ?? { position: 0, hash: ORIGIN };
    if (end.position !== from.position) return; // another leader has numbered events meanwhile
    for (let above = 0, seqs; (seqs = await readPendingSeqs(this.db, above)).length > 0; above = seqs.at(-1)!) {
      for (const seq of seqs) {
        try {
          end = await this.numberOne(end, seq, streamsAside);
        } catch (error) {
          const last = (await readLogEnd(this.db))?.position ?? 0;
          if (!isRowError(error) || last !== end.position) throw error;
          await this.putOneAside(seq, (error as Error).message, streamsAside);
        }
      }
    }
    this.signals.announceNumbered(end.position);
  }

  private async numberOne(end: LogEnd, seq: number, streamsAside: Set<Uuid>): Promise<LogEnd> {
    const event = await readPendingEvent(this.db, seq);
    if (!event) return end;
    const why = (await this.gate.findRefused([event])).get(event.id);
    if (why !== undefined) await this.putOneAside(seq, why, streamsAside);
    if (streamsAside.has(event.streamId)) return end; // the next batch puts the later events of this stream aside
    const position = end.position + 1;
    const hash = hashOfEvent(end.hash, position, event);
    const row = { position, hash, id: event.id, seq };
    await numberEvents(this.db, end, [row]);
    this.gate.rememberNumbered(end, [row]);
    return { position, hash };
  }

  private async putOneAside(seq: number, message: string, streamsAside: Set<Uuid>): Promise<bigint> {
    const { xid, events } = await putAside(this.db, [seq], message);
    for (const { eventId, orderId, version } of events) {
      // If the event was already declared void, the later events of its stream do not have to wait.
      if (!(await isVoidByNumbered(this.db, orderId, version))) streamsAside.add(orderId);
      this.log.error(
        `event ${version} of order ${orderId} (${eventId}) cannot be numbered and was put aside, ` +
          `with all later events of this order: ${message}`,
      );
    }
    return xid;
  }
}
