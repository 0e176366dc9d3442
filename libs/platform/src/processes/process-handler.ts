import { LRUCache } from 'lru-cache';
import { crashPoint } from '#crash-points';
import { derivedId, type Message } from '#kernel';
import {
  ClaimLost,
  currentUnit,
  Gathering,
  RetryLater,
  type Envelope,
  type Outbox,
  type Prepares,
  type TimerChange,
} from '#platform/messaging';
import type { Clock } from '#platform/system';
import type { ProcessDefinition } from './definition';
import { DefinitionMissing } from './definition-missing';
import { ended } from './metrics';
import {
  loadProcesses,
  strangeDefinitions,
  takeSteps,
  type Outcome,
  type Step,
  type Standing,
} from './processes.store';

const REMEMBERED = 2_000;
const TRIES = 3;
const NEWER_MS = 2_000;

/**
 * Runs a process: extend it, mark the class with `@Hears(...)`. One statement a message: counted in the inbox, state,
 * journal, requests and timers, all or nothing. The process's id is the message's key.
 */
export abstract class ProcessHandler<State extends object, Hears extends Message> implements Prepares {
  static readonly parallel: number = 16;

  private readonly seen = new LRUCache<string, Standing<State>>({ max: REMEMBERED });
  private readonly steps: Gathering<Step, Outcome>;
  private readonly definitions: readonly ProcessDefinition<State, Hears>[];

  /** Newest definition first; the older ones serve the processes that began with them. */
  constructor(
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    ...definitions: readonly ProcessDefinition<State, Hears>[]
  ) {
    this.definitions = definitions;
    this.steps = new Gathering((steps) => takeSteps(outbox.db, steps));
  }

  /** What is remembered may be old news: the step's version check finds out, and it is read again. */
  async prepare(messages: readonly Envelope[]): Promise<void> {
    const ids = new Set(messages.map(({ key }) => key).filter((id) => !this.seen.has(id)));
    if (ids.size > 0) await this.read([...ids]);
  }

  /** Refuses to open a shop that could not bring to their end what an earlier one has begun. */
  async check(): Promise<void> {
    const known = this.definitions.map(({ version }) => version);
    const strange = await strangeDefinitions(this.outbox.db, this.name, known);
    if (strange.length > 0) throw new DefinitionMissing(this.name, known, strange);
  }

  async handle(message: Hears): Promise<void> {
    const unit = currentUnit();
    if (!unit) throw new Error(`${this.name} hears messages from the inbox only`);
    const { envelope, claimed, handler, attempts } = unit;
    for (let tries = 0; tries < TRIES; tries++) {
      const from = this.seen.get(envelope.key) ?? (await this.read([envelope.key])).get(envelope.key)!;
      const definition = this.definition(from);
      const { state, asks, timers, note } = definition.hear(from.state, message, this.clock.now());
      const kept = JSON.parse(JSON.stringify(state)) as State;
      const ready = this.outbox.envelopes([...asks, ...timers.map((timer) => timer.message)], (index) =>
        derivedId(envelope.id, handler, index),
      );
      const changes = timers.map(({ name, dueAt }, index) => ({
        ...{ name: `${this.name}/${name}`, key: envelope.key, dueAt },
        envelope: ready[asks.length + index],
      })) as TimerChange[];
      const stands = definition.stands(kept);
      crashPoint('inbox.before-settle', handler, envelope.type);
      const outcome = await this.steps.add({
        ...{ claim: claimed, process: this.name, id: envelope.key, heard: envelope, from, state: kept, stands, note },
        ...{ attempts: attempts + 1 },
        ...{ asks: ready.slice(0, asks.length), timers: changes },
      });
      if (outcome === 'taken') {
        this.seen.set(envelope.key, { ...from, version: from.version + 1, state: kept });
        unit.settled();
        if (asks.length > 0) this.outbox.wake();
        this.outbox.wakeTimers(changes);
        if (stands.status === 'over') ended(this.name, stands.step);
        return;
      }
      this.seen.delete(envelope.key);
      if (outcome === 'claim lost') throw new ClaimLost(handler, claimed.seq);
    }
    throw new RetryLater(`${this.name} ${envelope.key} was overtaken again and again`);
  }

  private get name(): string {
    return this.definitions[0].name;
  }

  private definition({ definition }: Standing<State>): ProcessDefinition<State, Hears> {
    const found = this.definitions.find(({ version }) => version === definition);
    // A newer build that runs beside this one began it: that one will come by.
    if (!found) throw new RetryLater(`this build lacks version ${definition} of the process ${this.name}`, NEWER_MS);
    return found;
  }

  private async read(ids: readonly string[]): Promise<Map<string, Standing<State>>> {
    const { db } = this.outbox;
    const found = new Map<string, Standing<State>>();
    const { version, initial } = this.definitions[0];
    for (const id of ids) found.set(id, { definition: version, version: 0, state: initial });
    for (const { id, ...standing } of await db.outside(() => loadProcesses<State>(db, this.name, ids)))
      found.set(id, standing);
    for (const [id, standing] of found) this.seen.set(id, standing);
    return found;
  }
}
