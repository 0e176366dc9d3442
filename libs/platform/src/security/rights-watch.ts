import { Inject, Injectable, Logger, Optional, type OnModuleDestroy } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { DomainError, Uuid } from '#kernel';
import { SubjectErased, Vault } from '#platform/privacy';
import type { Caller } from './caller';
import { lossOfRight } from './loss-of-right';
import { SessionStates, type SessionState } from './session-states';

const OFTEN_MS = 1_000;

/** Something long that was allowed when it began, such as a web socket or an event stream. */
export interface Watched {
  /** Who it was allowed to. */
  readonly caller: () => Caller;
  /** Whose personal data it tells; it ends when one of them is erased. */
  readonly subjects?: () => readonly Uuid[];
  /** Called once, with the reason. */
  readonly end: (reason: DomainError) => void;
}

type States = ReadonlyMap<Uuid, SessionState> | undefined;

/** Asks every second whether what goes on for long is still allowed: one question for all of this process. */
@Injectable()
export class RightsWatch implements OnModuleDestroy {
  private readonly log = new Logger('Rights');
  private readonly watched = new Set<Watched>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private states: SessionStates | undefined;

  constructor(
    private readonly modules: ModuleRef,
    @Optional() @Inject(Vault) private readonly vault: Vault | null,
  ) {}

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Answers how to stop watching. */
  watch(one: Watched): () => void {
    this.watched.add(one);
    this.timer ??= setInterval(() => void this.look(), OFTEN_MS).unref();
    return () => this.forget(one);
  }

  /** Why the caller may not begin; undefined when they may. A token that is good may belong to a session that has ended. */
  async lossOf(caller: Caller): Promise<DomainError | undefined> {
    if (caller.kind === 'guest') return undefined;
    return this.lost(caller, await this.find([caller.sessionId]));
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const all = [...this.watched];
      const states = await this.find(all.flatMap(({ caller }) => sessionOf(caller())));
      const told = all.map((one) => ({ one, subjects: one.subjects?.() ?? [], loss: this.lost(one.caller(), states) }));
      // A person's key is destroyed before their sessions end, so an erasure is found wherever it ended a session.
      const about = told.map(({ one, subjects, loss }) => (loss ? [...subjects, ...userOf(one.caller())] : subjects));
      const erased = await this.erased(about.flat());
      for (const [at, { one, loss }] of told.entries()) {
        const reason = about[at].some((subject) => erased.has(subject)) ? new SubjectErased() : loss;
        if (reason && this.forget(one)) one.end(reason);
      }
    } finally {
      this.looking = false;
    }
  }

  private lost(caller: Caller, states: States): DomainError | undefined {
    if (caller.kind === 'guest') return undefined;
    return lossOfRight(caller, states && (states.get(caller.sessionId) ?? null), Date.now());
  }

  private forget(one: Watched): boolean {
    const was = this.watched.delete(one);
    if (this.watched.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    return was;
  }

  /** Undefined when nobody can tell; then the next look asks again. */
  private async find(sessions: readonly Uuid[]): Promise<States> {
    if (sessions.length === 0) return new Map();
    try {
      this.states ??= this.modules.get<SessionStates>(SessionStates, { strict: false });
      return await this.states.find([...new Set(sessions)]);
    } catch (error) {
      this.log.warn(`nobody can tell which sessions still stand: ${(error as Error).message}`);
      return undefined;
    }
  }

  private async erased(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
    if (subjects.length === 0 || !this.vault) return new Set();
    try {
      return await this.vault.erasedOf([...new Set(subjects)]);
    } catch (error) {
      this.log.warn(`nobody can tell who was erased: ${(error as Error).message}`);
      return new Set();
    }
  }
}

const sessionOf = (caller: Caller): readonly Uuid[] => (caller.kind === 'user' ? [caller.sessionId] : []);

const userOf = (caller: Caller): readonly Uuid[] => (caller.kind === 'user' ? [caller.userId] : []);
