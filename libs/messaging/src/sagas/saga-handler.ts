import { LRUCache } from 'lru-cache';
import { crashPoint } from '#crash-points';
import { derivedId, type Message } from '#kernel';
import { isLocked } from '#database';
import {
  ClaimLost,
  currentUnit,
  Gathering,
  NotForThisBuild,
  RetryLater,
  type Envelope,
  type Outbox,
  type Prepares,
  type TimerChange,
} from '#messaging';
import type { MacKey } from '#platform/macs';
import type { DatabaseTime } from '#platform/system';
import type { SagaDefinition } from './definition';
import { DefinitionMissing } from './definition-missing';
import { ended } from './metrics';
import { loadSagas, strangeDefinitions, takeSteps, type Outcome, type Step, type Standing } from './sagas.store';

const CACHE_SIZE = 2_000;
const TRIES = 3;
/** After a step met a locked saga, for this time steps leave out locked sagas instead of waiting for their rows. */
const SKIP_LOCKED_MS = 5_000;

/** Another transaction holds the row of the saga. Has the code of Postgres for a lock that is not available. */
class SagaLocked extends Error {
  readonly code = '55P03';

  constructor(saga: string, id: string) {
    super(`another transaction holds the row of the saga ${saga} ${id}`);
  }
}

/**
 * Runs a saga. Extend this class and mark it with `@InboxSaga(...)`. Each message needs one statement, which writes the
 * inbox mark, state, journal line, requests and timers, or nothing. The saga's id is the key of the message.
 */
export abstract class SagaHandler<State extends object, Hears extends Message> implements Prepares {
  private readonly cache = new LRUCache<string, Standing<State>>({ max: CACHE_SIZE });
  private readonly steps: Gathering<Step, Outcome>;
  private readonly definitions: readonly SagaDefinition<State, Hears>[];
  private skipsLockedUntil = -Infinity;

  /** Give the newest definition first. The older ones continue the sagas that began with them. */
  constructor(
    private readonly outbox: Outbox,
    private readonly time: DatabaseTime,
    private readonly key: MacKey,
    ...definitions: readonly SagaDefinition<State, Hears>[]
  ) {
    this.definitions = definitions;
    this.steps = new Gathering((steps) => this.write(steps));
  }

  /** One locked saga must not hold up the steps of the others that are written with it. */
  private async write(steps: readonly Step[]): Promise<readonly Outcome[]> {
    const { key, time, outbox } = this;
    const write = (skipLocked: boolean) => takeSteps(outbox, steps, { key, now: time.now(), skipLocked });
    if (performance.now() >= this.skipsLockedUntil) {
      try {
        return await write(false);
      } catch (error) {
        if (!isLocked(error)) throw error;
      }
      this.skipsLockedUntil = performance.now() + SKIP_LOCKED_MS;
    }
    const outcomes = await write(true);
    if (outcomes.includes('locked')) this.skipsLockedUntil = performance.now() + SKIP_LOCKED_MS;
    return outcomes;
  }

  /**
   * Reads the states of the sagas. A cached state may be outdated: then the step's version check fails, and it is read
   * again.
   */
  async prepare(messages: readonly Envelope[]): Promise<void> {
    const ids = new Set(messages.map(({ key }) => key).filter((id) => !this.cache.has(id)));
    if (ids.size > 0) await this.read([...ids]);
  }

  /** Throws `DefinitionMissing` if this build cannot finish a saga that an earlier build began. */
  async check(): Promise<void> {
    const known = this.definitions.map(({ version }) => version);
    const stored = await strangeDefinitions(this.outbox.db, this.name, known);
    // Sagas of a newer build wait for that build. Sagas that need a removed version would wait for ever.
    const strange = stored.filter(({ definition }) => definition < known[0]);
    if (strange.length > 0) throw new DefinitionMissing(this.name, known, strange);
  }

  async handle(message: Hears): Promise<void> {
    const unit = currentUnit();
    if (!unit) throw new Error(`${this.name} handles messages from the inbox only`);
    const { envelope, claimed, handler, attempts } = unit;
    for (let tries = 0; tries < TRIES; tries++) {
      const from = this.cache.get(envelope.key) ?? (await this.read([envelope.key])).get(envelope.key)!;
      const definition = this.definition(from);
      const { state, asks, timers, note } = definition.hear(from.state, message, this.time.now());
      const kept = JSON.parse(JSON.stringify(state)) as State;
      const ready = this.outbox.envelopes([...asks, ...timers.map((timer) => timer.message)], (index) =>
        derivedId(envelope.id, handler, index),
      );
      const changes = timers.map(({ name, afterSeconds }, index) => ({
        ...{ name: `${this.name}/${name}`, key: envelope.key, afterSeconds },
        envelope: ready[asks.length + index],
      })) as TimerChange[];
      const shown = definition.statusOf(kept);
      crashPoint('inbox.before-settle', handler, envelope.type);
      unit.mustBeAlive();
      const outcome = await this.steps.add({
        ...{ claim: claimed, saga: this.name, id: envelope.key, heard: envelope, from, state: kept, shown, note },
        ...{ attempts: attempts + 1 },
        ...{ asks: ready.slice(0, asks.length), timers: changes },
      });
      if (outcome === 'taken') {
        this.cache.set(envelope.key, { ...from, version: from.version + 1, state: kept });
        unit.settled();
        this.outbox.wakeTimers(changes);
        if (shown.status === 'over') ended(this.name, shown.step);
        return;
      }
      this.cache.delete(envelope.key);
      if (outcome === 'locked') throw new SagaLocked(this.name, envelope.key);
      if (outcome === 'claim lost') throw new ClaimLost(handler, claimed.seq);
    }
    throw new RetryLater(`${this.name} ${envelope.key} was changed elsewhere during each of ${TRIES} tries`);
  }

  private get name(): string {
    return this.definitions[0].name;
  }

  private definition({ definition }: Standing<State>): SagaDefinition<State, Hears> {
    const match = this.definitions.find(({ version }) => version === definition);
    // A newer build began this saga, and only that build can continue it.
    if (!match) throw new NotForThisBuild(`this build lacks version ${definition} of the saga ${this.name}`);
    return match;
  }

  private async read(ids: readonly string[]): Promise<Map<string, Standing<State>>> {
    const { db } = this.outbox;
    const stored = new Map<string, Standing<State>>();
    const { version, initial } = this.definitions[0];
    for (const id of ids) stored.set(id, { definition: version, version: 0, state: initial });
    for (const { id, ...standing } of await db.outside(() => loadSagas<State>(db, this.name, ids)))
      stored.set(id, standing);
    for (const [id, standing] of stored) this.cache.set(id, standing);
    return stored;
  }
}
