import { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import type { Leadership } from '#platform/leadership';
import type { Branch } from './branch';
import { claim, freeStale, lookRound, release, type InboxRow } from './inbox.store';
import { Lanes, type Run } from './lanes';
import { handleOne } from './handle-one';
import { Pace } from './pace';

/** So many of a lane at a time: enough to save round trips, few enough to share with other instances. */
const ROOM = 32;
const POLL_MS = 1_000;

/**
 * Brings one context's inbox to its handlers: claims many messages at once, and works their keys off side by side,
 * those of one key one after the other.
 */
export class InboxWorker {
  private readonly stopping = new AbortController();
  private readonly held = new Map<number, number>();
  private readonly lanes: Lanes;
  private readonly pace = new Pace();
  private loop?: Promise<void>;
  private sweptAt = -Infinity;
  /** The last claim may have left something: followers of what was being handled, or of a lane more than there was room for. */
  private passedOver = false;
  /** The handlers' lanes, and those of handlers that this build no longer has: their messages become dead letters. */
  private readonly known: Set<string>;
  private readonly log: Logger;

  constructor(
    private readonly branch: Branch,
    private readonly leadership: Pick<Leadership, 'instance' | 'living'>,
  ) {
    this.log = new Logger(`Inbox ${branch.context}`);
    this.known = new Set(branch.handlers.lanes);
    this.lanes = new Lanes((lane) => branch.handlers.limit(lane));
  }

  start(): void {
    this.loop = this.run();
  }

  /** Claims nothing more, gives back what was not begun, and waits for what was. */
  async stop(patience: number): Promise<void> {
    this.stopping.abort();
    await this.loop;
    const unbegun = this.lanes.clear<InboxRow>().flatMap(({ rows }) => rows.map(({ seq }) => seq));
    const idle = this.lanes.idle();
    await this.giveBack(unbegun);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([idle, new Promise((resolve) => (timer = setTimeout(resolve, patience)))]);
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const more = await this.turn().catch((error: Error) => {
        this.log.warn(`the inbox could not be read: ${error.message}`);
        return false;
      });
      if (!more) await this.branch.inbox.wait(POLL_MS, signal);
      await this.pace.wait(signal);
    }
  }

  /** True when there may be more to claim at once. */
  private async turn(): Promise<boolean> {
    const instance = this.leadership.instance;
    if (instance === 0) return false;
    if (performance.now() - this.sweptAt >= POLL_MS) await this.sweep(instance);
    const lanes = [...this.known].filter((lane) => this.lanes.isShort(lane)).map((lane) => ({ lane, room: ROOM }));
    this.passedOver = this.held.size > 0;
    if (lanes.length === 0) return false;
    const rows = await claim(this.branch.db, instance, lanes);
    this.pace.took(rows.length);
    if (rows.length > 0) crashPoint('inbox.claimed', this.branch.context);
    for (const { seq } of rows) this.held.set(seq, instance);
    await this.prepare(rows);
    for (const run of inRuns(rows)) this.lanes.add(run, () => this.work(run, instance));
    const full = lanes.filter(({ lane, room }) => count(rows, lane) === room);
    if (full.length > 0) this.passedOver = true;
    return full.some(({ lane }) => this.lanes.isShort(lane));
  }

  private async work(run: Run<InboxRow>, instance: number): Promise<void> {
    for (let at = 0; at < run.rows.length; at++) {
      const row = run.rows[at];
      const behind = run.rows.slice(at + 1).map(({ seq }) => seq);
      if (this.stopping.signal.aborted && at > 0) {
        await this.giveBack([row.seq, ...behind]);
        return;
      }
      const outcome = await handleOne(this.branch, row, instance, behind, this.log);
      this.held.delete(row.seq);
      if (outcome === 'done') continue;
      for (const seq of behind) this.held.delete(seq);
      if (outcome !== 'dead') setTimeout(() => this.branch.inbox.ring(), outcome.afterMs).unref();
      return;
    }
    if (this.passedOver && this.lanes.isShort(run.lane)) this.branch.inbox.ring();
  }

  /** Handlers that read ahead see all that is theirs at once; if that fails, each message finds out for itself. */
  private async prepare(rows: readonly InboxRow[]): Promise<void> {
    for (const handler of this.branch.handlers.all) {
      const theirs = handler.prepare ? rows.filter((row) => row.handler === handler.name) : [];
      if (theirs.length > 0) await handler.prepare!(theirs).catch(() => undefined);
    }
  }

  /** Who is asked for first and alive second: whoever claimed before and is not alive after is dead for certain. */
  private async sweep(instance: number): Promise<void> {
    const { db } = this.branch;
    const { lanes, claimants: found } = await lookRound(db);
    for (const lane of lanes) this.known.add(lane);
    if (found.length > 0) {
      const living = found.every((one) => one === instance) ? found : await this.leadership.living();
      const dead = found.filter((one) => !living.includes(one));
      const freed = await freeStale(db, dead, instance, [...this.held.keys()]);
      if (freed > 0) this.log.warn(`${freed} messages were claimed by nobody alive and are handled again`);
    }
    this.sweptAt = performance.now();
  }

  private async giveBack(seqs: readonly number[]): Promise<void> {
    const claimants = new Set(seqs.map((seq) => this.held.get(seq)));
    for (const instance of claimants)
      if (instance) await release(this.branch.db, instance, seqs).catch(() => undefined); // else a sweep finds them
    for (const seq of seqs) this.held.delete(seq);
  }
}

const count = (rows: readonly InboxRow[], lane: string) => rows.filter((row) => row.lane === lane).length;

/** Rows in order of arrival, gathered by lane and key. */
export function inRuns(rows: readonly InboxRow[]): Run<InboxRow>[] {
  const runs = new Map<string, Run<InboxRow>>();
  for (const row of rows) {
    const id = `${row.lane}\u0000${row.key}`;
    const run = runs.get(id);
    if (run) run.rows.push(row);
    else runs.set(id, { lane: row.lane, rows: [row] });
  }
  return [...runs.values()];
}
