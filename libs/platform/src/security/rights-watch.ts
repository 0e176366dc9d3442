import { Inject, Injectable, Logger, Optional, type OnModuleDestroy } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { LRUCache } from 'lru-cache';
import type { DomainError, Uuid } from '#kernel';
import { SubjectErased, Vault } from '#platform/privacy';
import type { Caller, UserCaller } from './caller';
import { formatGuestTokenState, type CartToken } from './cart-tokens';
import { lossOfRight } from './loss-of-right';
import { SessionStates, type SessionState } from './session-states';
import { SpentTokens } from './spent-tokens';
import { cartTokenSpent } from './token-faults';

const EVERY_MS = 1_000;
const SESSIONS_REMEMBERED = 20_000;
/** After an order, a guest has this time to replace the spent token by the token that came with the order. */
const NEW_TOKEN_WITHIN_MS = 10_000;

/** A long connection, such as a web socket or an event stream. It was allowed when it began. */
export interface Watched {
  /** The caller for whom the connection was allowed. */
  readonly caller: () => Caller;
  /** The people whose personal data the connection shows. If one of these people is erased, the connection ends. */
  readonly subjects?: () => readonly Uuid[];
  /** Called once, with the reason why the connection is no longer allowed. */
  readonly end: (reason: DomainError) => void;
}

type States = ReadonlyMap<Uuid, SessionState> | undefined;

/**
 * Checks every second whether long connections are still allowed. One query reads the data for all connections of the
 * process.
 */
@Injectable()
export class RightsWatch implements OnModuleDestroy {
  private readonly log = new Logger('Rights');
  private readonly watched = new Set<Watched>();
  /** The states of sessions that were read less than a second ago; null if a session does not exist. */
  private readonly recentStates = new LRUCache<Uuid, { readonly state: SessionState | null }>({
    max: SESSIONS_REMEMBERED,
    ttl: EVERY_MS,
  });
  private timer: NodeJS.Timeout | undefined;
  private isChecking = false;
  private states: SessionStates | undefined;
  /** For each spent token of an open connection: when this process first noticed that the token is spent. */
  private spentSince: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly modules: ModuleRef,
    @Optional() @Inject(Vault) private readonly vault: Vault | null,
  ) {}

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Returns a function that stops watching. */
  watch(connection: Watched): () => void {
    this.watched.add(connection);
    this.timer ??= setInterval(() => void this.checkAll(), EVERY_MS).unref();
    return () => this.stopWatching(connection);
  }

  /**
   * Why a caller with a valid token is no longer allowed, for example after a log-out. Undefined if the caller is still
   * allowed.
   */
  async lossOf(caller: Caller): Promise<DomainError | undefined> {
    if (caller.kind === 'guest') return undefined;
    return this.lossIn(caller, await this.readSessions([caller.sessionId]));
  }

  /**
   * Like `lossOf`, for the frequent requests of customers. To save queries, the state of the session can be a second
   * old.
   */
  async recentLossOf(caller: UserCaller): Promise<DomainError | undefined> {
    const known = this.recentStates.get(caller.sessionId);
    if (known) return lossOfRight(caller, known.state, Date.now());
    const states = await this.readSessions([caller.sessionId]);
    const state = states && (states.get(caller.sessionId) ?? null);
    if (state !== undefined) this.recentStates.set(caller.sessionId, { state });
    return lossOfRight(caller, state, Date.now());
  }

  private async checkAll(): Promise<void> {
    if (this.isChecking) return;
    this.isChecking = true;
    try {
      const all = [...this.watched];
      const states = await this.readSessions(all.flatMap(({ caller }) => sessionOf(caller())));
      this.spentSince = await this.readSpentTokens(all.flatMap(({ caller }) => tokenOf(caller())));
      const checked = all.map((connection) => ({
        connection,
        subjects: connection.subjects?.() ?? [],
        loss: this.lossIn(connection.caller(), states),
      }));
      // An erasure destroys the key before it ends the sessions. So if a session has ended, the key shows whether an
      // erasure is the reason.
      const subjectsToCheck = checked.map(({ connection, subjects, loss }) =>
        loss ? [...subjects, ...userOf(connection.caller())] : subjects,
      );
      const erased = await this.readErased(subjectsToCheck.flat());
      for (const [at, { connection, loss }] of checked.entries()) {
        const reason = subjectsToCheck[at].some((subject) => erased.has(subject)) ? new SubjectErased() : loss;
        if (reason && this.stopWatching(connection)) connection.end(reason);
      }
    } finally {
      this.isChecking = false;
    }
  }

  private lossIn(caller: Caller, states: States): DomainError | undefined {
    if (caller.kind === 'guest') return this.isSpent(caller.cartToken) ? cartTokenSpent() : undefined;
    return lossOfRight(caller, states && (states.get(caller.sessionId) ?? null), Date.now());
  }

  private isSpent(token: CartToken | undefined): boolean {
    const since = token && this.spentSince.get(formatGuestTokenState(token));
    return since !== undefined && performance.now() - since >= NEW_TOKEN_WITHIN_MS;
  }

  private stopWatching(connection: Watched): boolean {
    const wasWatched = this.watched.delete(connection);
    if (this.watched.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    return wasWatched;
  }

  /** Undefined if the sessions cannot be read. The next check reads them again. */
  private async readSessions(sessions: readonly Uuid[]): Promise<States> {
    if (sessions.length === 0) return new Map();
    try {
      this.states ??= this.modules.get<SessionStates>(SessionStates, { strict: false });
      return await this.states.find([...new Set(sessions)]);
    } catch (error) {
      this.log.warn(`the states of sessions cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** If the spent tokens cannot be read, the last result is used, and the next check reads them again. */
  private async readSpentTokens(tokens: readonly CartToken[]): Promise<ReadonlyMap<string, number>> {
    if (tokens.length === 0) return new Map();
    try {
      const spent = await this.modules.get<SpentTokens>(SpentTokens, { strict: false }).find(tokens);
      const now = performance.now();
      return new Map(spent.map(formatGuestTokenState).map((text) => [text, this.spentSince.get(text) ?? now]));
    } catch (error) {
      this.log.warn(`spent cart tokens cannot be read: ${(error as Error).message}`);
      return this.spentSince;
    }
  }

  private async readErased(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
    if (subjects.length === 0 || !this.vault) return new Set();
    try {
      return await this.vault.erasedOf([...new Set(subjects)]);
    } catch (error) {
      this.log.warn(`erased people cannot be read: ${(error as Error).message}`);
      return new Set();
    }
  }
}

const sessionOf = (caller: Caller): readonly Uuid[] => (caller.kind === 'user' ? [caller.sessionId] : []);

const tokenOf = (caller: Caller): readonly CartToken[] =>
  caller.kind === 'guest' && caller.cartToken ? [caller.cartToken] : [];

const userOf = (caller: Caller): readonly Uuid[] => (caller.kind === 'user' ? [caller.userId] : []);
