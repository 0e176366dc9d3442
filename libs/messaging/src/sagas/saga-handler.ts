import { LRUCache } from 'lru-cache';
import { crashPoint } from '#crash-points';
import { derivedId, type Message, type Uuid } from '#kernel';
import { isLocked, SqlState } from '#database';
import {
  ClaimLost,
  currentUnit,
  Batcher,
  NotForThisBuild,
  RetryLater,
  type Envelope,
  type Outbox,
  type Prepares,
  type TimerChange,
  type UnitOfWork,
} from '#messaging';
import type { MacKey } from '#platform/macs';
import type { DatabaseTime } from '#platform/system';
import type { Reaction, SagaDefinition, SagaStatus, SagaTimer } from './definition';
import { DefinitionMissing } from './definition-missing';
import { countEnding } from './metrics';
import {
  loadSagas,
  findUnknownVersions,
  stepsAsJson,
  stepStatements,
  takeSteps,
  type StepOutcome,
  type Step,
  type SagaRecord,
  type StepsAsJson,
  type StepStatements,
} from './sagas.store';

const CACHE_SIZE = 2_000;
const MAX_TRIES = 3;
/**
 * After a step needed a locked saga, steps of locked sagas are left out for this time. So they do not delay other
 * sagas.
 */
const SKIP_LOCKED_MS = 5_000;

/**
 * Another transaction holds the row of the saga. The error has the code of Postgres for a lock that is not available.
 */
class SagaLocked extends Error {
  readonly code = SqlState.lockNotAvailable;

  constructor(saga: string, id: string) {
    super(`another transaction holds the row of the saga ${saga} ${id}`);
  }
}

/** A saga's state, and how it would react to a message. */
export interface ReactionFrom<State> {
  readonly before: SagaRecord<State>;
  readonly reaction: Reaction<State>;
}

/** Steps of one saga that another statement writes, such as an append of events. */
export interface PreparedSteps extends StepsAsJson {
  /** The rows of `StepRecords`, as a JSON array. */
  readonly records: string;
  /** The requests of the last step. The statement does not send them. If there are any, do not use the steps. */
  readonly requests: readonly Message[];
  readonly timers: readonly TimerChange[];
  /** Call `written` if the statement has written the steps, and `notWritten` if it has not. */
  readonly written: () => void;
  readonly notWritten: () => void;
}

/** The state after a conversion to JSON and back, as a read from the database returns it. */
const asStored = <State>(state: State): State => JSON.parse(JSON.stringify(state)) as State;

/**
 * Runs a saga. Extend this class and add the decorator `@InboxSaga(...)`. For each message, one statement marks it as
 * done and writes the state, a journal line, the requests and the timers. If the claim was lost, it writes nothing. The
 * saga's id is the key of the message.
 */
export abstract class SagaHandler<State extends object, Handled extends Message> implements Prepares {
  private readonly stateCache = new LRUCache<string, SagaRecord<State>>({ max: CACHE_SIZE });
  private readonly stepWriter: Batcher<Step, StepOutcome>;
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
    this.stepWriter = new Batcher((steps) => this.writeSteps(steps));
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
   * Reads the states that are not cached. If a cached state is outdated, the version check of the step fails, and the
   * state is read again.
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
    const unit = this.currentUnit();
    const { envelope, claimed, handler, attempts } = unit;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { before, reaction } = await this.reactTo(message);
      const { state, asks, timers, note } = reaction;
      const newState = asStored(state);
      const envelopes = this.outbox.envelopes(asks, (index) => derivedId(envelope.id, handler, index));
      const changes = this.timerChanges(timers, envelope, asks.length);
      const status = this.definitionOf(before).statusOf(newState);
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
        ...{ asks: envelopes, timers: changes },
        record: this.definitions[0].records?.rowOf(envelope, message),
      });
      if (outcome === 'taken') {
        this.stateCache.set(envelope.key, { ...before, version: before.version + 1, state: newState });
        unit.recordDone();
        this.outbox.wakeTimers(changes);
        this.countIfOver(status);
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

  /** Returns how the saga would react to the message that is being handled. Writes nothing. */
  protected async reactTo(message: Handled): Promise<ReactionFrom<State>> {
    const { key } = this.currentUnit().envelope;
    const before = this.stateCache.get(key) ?? (await this.loadStates([key])).get(key)!;
    const definition = this.definitionOf(before);
    try {
      if (definition.knows?.(before.state) === false)
        throw new NotForThisBuild(`this build does not know the state of the saga ${this.name} ${key}`);
      return { before, reaction: definition.react(before.state, message, this.time.now()) };
    } catch (error) {
      this.stateCache.delete(key); // perhaps another instance has changed the stored state
      throw error;
    }
  }

  /**
   * Prepares two steps: one for the handled message, and one for the message `next`, which follows from it. The
   * statement that sends `next` can then write both steps. The requests of the two steps are not sent. The statement
   * must mark the handled message as done, and must write nothing if the saga has changed (`sagaMovedSql`,
   * `sagaLinesSql`).
   */
  protected prepareTwoSteps(
    message: Handled,
    { before, reaction }: ReactionFrom<State>,
    next: { readonly message: Handled; readonly id: Uuid; readonly type: string },
  ): PreparedSteps {
    const { envelope, claimed, attempts } = this.currentUnit();
    const { key } = envelope;
    const now = this.time.now();
    const definition = this.definitionOf(before);
    const second = definition.react(asStored(reaction.state), next.message, now);
    const state = asStored(second.state);
    const status = definition.statusOf(state);
    const nextMessage = { id: next.id, type: next.type, meta: { occurredAt: now.toISOString() } };
    const common = { claim: claimed, saga: this.name, id: key, attempts: attempts + 1, asks: [] };
    const steps = [
      {
        ...{ ...common, before, heard: envelope, note: reaction.note },
        timers: this.timerChanges(reaction.timers, envelope, 0),
      },
      {
        ...{ ...common, before: { version: before.version + 1 }, heard: nextMessage, note: second.note },
        timers: this.timerChanges(second.timers, { id: next.id, key }, 0),
      },
    ];
    const row = this.definitions[0].records?.rowOf(envelope, message);
    // The second step can cancel a timer that the first step sets.
    const timers = [...new Map(steps.flatMap((step) => step.timers).map((one) => [one.name, one])).values()];
    return {
      ...stepsAsJson(steps, { state, status }, { key: this.key, now, context: this.outbox.db.context }),
      records: JSON.stringify(row ? [row] : []),
      requests: second.asks,
      timers,
      written: () => {
        this.stateCache.set(key, { ...before, version: before.version + steps.length, state });
        this.outbox.wakeTimers(timers);
        this.countIfOver(status);
      },
      notWritten: () => void this.stateCache.delete(key),
    };
  }

  private timerChanges(
    timers: readonly SagaTimer[],
    { id, key }: Pick<Envelope, 'id' | 'key'>,
    asked: number,
  ): TimerChange[] {
    const messages = timers.map(({ message }) => message);
    const envelopes = this.outbox.envelopes(messages, (index) => derivedId(id, this.name, asked + index));
    return timers.map(({ name, afterSeconds }, index) => ({
      ...{ name: `${this.name}/${name}`, key, afterSeconds },
      envelope: envelopes[index],
    }));
  }

  private countIfOver({ status, step }: SagaStatus): void {
    if (status === 'over') countEnding(this.name, step);
  }

  private currentUnit(): UnitOfWork {
    const unit = currentUnit();
    if (!unit) throw new Error(`${this.name} handles messages from the inbox only`);
    return unit;
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
