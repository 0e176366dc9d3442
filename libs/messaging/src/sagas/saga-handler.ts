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
import { countEnding } from './metrics';
import {
  loadSagas,
  findUnknownVersions,
  stepStatements,
  takeSteps,
  type StepOutcome,
  type Step,
  type SagaRecord,
  type StepStatements,
} from './sagas.store';

const CACHE_SIZE = 2_000;
const MAX_TRIES = 3;
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
 * Runs a saga. Extend this class and add the decorator `@InboxSaga(...)`. For each message, one statement marks it as
 * done and writes the state, a journal line, the requests and the timers. If the claim was lost, it writes nothing. The
 * saga's id is the key of the message.
 */
export abstract class SagaHandler<State extends object, Handled extends Message> implements Prepares {
  private readonly stateCache = new LRUCache<string, SagaRecord<State>>({ max: CACHE_SIZE });
  private readonly stepWriter: Gathering<Step, StepOutcome>;
  private readonly definitions: readonly SagaDefinition<State, Handled>[];
  private readonly statements: StepStatements;
  private skipsLockedUntil = -Infinity;

  /** Give the newest definition first. The older ones continue the sagas that began with them. */
  constructor(
    private readonly outbox: Outbox,
    private readonly time: DatabaseTime,
    private readonly key: MacKey,
    ...definitions: readonly SagaDefinition<State, Handled>[]
  ) {
    this.definitions = definitions;
    this.statements = stepStatements(definitions[0].records);
    this.stepWriter = new Gathering((steps) => this.writeSteps(steps));
  }

  /** A locked saga must not delay the steps of other sagas in the same statement. */
  private async writeSteps(steps: readonly Step[]): Promise<readonly StepOutcome[]> {
    const { statements, key, time, outbox } = this;
    const write = (skipLocked: boolean) => takeSteps(outbox, steps, { statements, key, now: time.now(), skipLocked });
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
   * Reads the states of the sagas. If a cached state is outdated, the version check of the step fails, and the state is
   * read again.
   */
  async prepare(messages: readonly Envelope[]): Promise<void> {
    const ids = new Set(messages.map(({ key }) => key).filter((id) => !this.stateCache.has(id)));
    if (ids.size > 0) await this.loadStates([...ids]);
  }

  /** Throws `DefinitionMissing` if this build cannot finish a saga that an earlier build began. */
  async check(): Promise<void> {
    const known = this.definitions.map(({ version }) => version);
    const stored = await findUnknownVersions(this.outbox.db, this.name, known);
    // Sagas of a newer build wait for that build. Sagas that need a removed version would wait for ever.
    const missing = stored.filter(({ definition }) => definition < known[0]);
    if (missing.length > 0) throw new DefinitionMissing(this.name, known, missing);
  }

  async handle(message: Handled): Promise<void> {
    const unit = currentUnit();
    if (!unit) throw new Error(`${this.name} handles messages from the inbox only`);
    const { envelope, claimed, handler, attempts } = unit;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = this.stateCache.get(envelope.key) ?? (await this.loadStates([envelope.key])).get(envelope.key)!;
      const definition = this.definitionOf(before);
      const { state, asks, timers, note } = definition.react(before.state, message, this.time.now());
      const newState = JSON.parse(JSON.stringify(state)) as State;
      const envelopes = this.outbox.envelopes([...asks, ...timers.map((timer) => timer.message)], (index) =>
        derivedId(envelope.id, handler, index),
      );
      const changes = timers.map(({ name, afterSeconds }, index) => ({
        ...{ name: `${this.name}/${name}`, key: envelope.key, afterSeconds },
        envelope: envelopes[asks.length + index],
      })) as TimerChange[];
      const status = definition.statusOf(newState);
      crashPoint('inbox.before-settle', handler, envelope.type);
      unit.throwIfExpired();
      const outcome = await this.stepWriter.add({
        ...{
          claim: claimed,
          saga: this.name,
          id: envelope.key,
          heard: envelope,
          before,
          state: newState,
          status,
          note,
        },
        ...{ attempts: attempts + 1 },
        ...{ asks: envelopes.slice(0, asks.length), timers: changes },
        record: this.definitions[0].records?.rowOf(envelope, message),
      });
      if (outcome === 'taken') {
        this.stateCache.set(envelope.key, { ...before, version: before.version + 1, state: newState });
        unit.recordDone();
        this.outbox.wakeTimers(changes);
        if (status.status === 'over') countEnding(this.name, status.step);
        return;
      }
      this.stateCache.delete(envelope.key);
      if (outcome === 'locked') throw new SagaLocked(this.name, envelope.key);
      if (outcome === 'claim lost') throw new ClaimLost(handler, claimed.seq);
    }
    throw new RetryLater(
      `${this.name} ${envelope.key} was changed by other messages during each of ${MAX_TRIES} tries`,
    );
  }

  private get name(): string {
    return this.definitions[0].name;
  }

  private definitionOf({ definition }: SagaRecord<State>): SagaDefinition<State, Handled> {
    const match = this.definitions.find(({ version }) => version === definition);
    // A newer build began this saga, and only that build can continue it.
    if (!match) throw new NotForThisBuild(`this build does not have version ${definition} of the saga ${this.name}`);
    return match;
  }

  private async loadStates(ids: readonly string[]): Promise<Map<string, SagaRecord<State>>> {
    const { db } = this.outbox;
    const stored = new Map<string, SagaRecord<State>>();
    const { version, initial } = this.definitions[0];
    for (const id of ids) stored.set(id, { definition: version, version: 0, state: initial });
    for (const { id, ...record } of await db.outsideTransaction(() => loadSagas<State>(db, this.name, ids)))
      stored.set(id, record);
    for (const [id, record] of stored) this.stateCache.set(id, record);
    return stored;
  }
}
