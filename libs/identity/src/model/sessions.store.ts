import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import type { Role, SessionState } from '#platform/security';
import type { Account } from './account.entity';
import { CredentialsInvalid } from './identity-errors';

/** How many rows one statement deletes. */
const BATCH = 1_000;

const open = statement(
  'sessions_open',
  `with account as (select id from accounts where id = $2 and password_hash = $7 and role = $8 for share),
        session as (insert into sessions (id, account_id, user_agent, ends_at) select $1, id, $3, $6 from account returning id)
   insert into refresh_tokens (hash, session_id, expires_at) select $4, id, $5 from session returning session_id`,
);

const lockByToken = statement(
  'refresh_tokens_look',
  `select t.session_id, t.used_at, t.expires_at, s.revoked_at, s.created_at as begun_at, s.ends_at, a.id as account_id, a.email, a.name, a.role, a.locale
     from refresh_tokens t join sessions s on s.id = t.session_id join accounts a on a.id = s.account_id
    where t.hash = $1 for update of s, t`,
);

const rotate = statement(
  'refresh_tokens_rotate',
  `with used as (update refresh_tokens set used_at = now() where hash = $1),
        seen as (update sessions set last_used_at = now() where id = $2)
   insert into refresh_tokens (hash, session_id, expires_at) values ($3, $2, $4)`,
);

const revoke = statement(
  'sessions_revoke',
  `update sessions set revoked_at = coalesce(revoked_at, now()), revoked_for = coalesce(revoked_for, $2) where id = $1`,
);

const revokeByToken = statement(
  'sessions_revoke_by_token',
  `update sessions set revoked_at = coalesce(revoked_at, now()), revoked_for = coalesce(revoked_for, 'log-out')
    where id = (select session_id from refresh_tokens where hash = $1)`,
);

const states = statement(
  'sessions_states',
  `select s.id, s.revoked_at is null and coalesce(s.ends_at > now(), true) as open, a.role from sessions s join accounts a on a.id = s.account_id
    where s.id = any($1::uuid[])`,
);

const deleteOldTokens = statement(
  'refresh_tokens_prune',
  `delete from refresh_tokens where hash = any(array(
     select hash from refresh_tokens where expires_at < now() - interval '7 days' limit ${BATCH})) returning 1`,
);

/** Sessions that ended more than 30 days ago. */
const deleteEnded = statement(
  'sessions_forget_ended',
  `delete from sessions where id = any(array(
     select id from sessions where least(revoked_at, ends_at) < now() - interval '30 days' limit ${BATCH})) returning 1`,
);

/** Sessions that were not used for 30 days, and whose refresh tokens have been expired for 30 days. */
const deleteIdle = statement(
  'sessions_forget_idle',
  `delete from sessions where id = any(array(
     select s.id from sessions s where s.last_used_at < now() - interval '30 days' and not exists (
       select from refresh_tokens t where t.session_id = s.id and t.expires_at >= now() - interval '30 days')
     limit ${BATCH})) returning 1`,
);

export interface KnownToken {
  readonly session_id: Uuid;
  readonly used_at: Date | null;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  readonly begun_at: Date;
  /** Null if an earlier version of the shop opened the session. */
  readonly ends_at: Date | null;
  readonly account_id: Uuid;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly locale: 'vi' | 'en';
}

/**
 * The sessions. A session has a chain of refresh tokens. Each token can be used once. If a token is used twice, the
 * session ends. Only hashes of tokens are stored.
 */
@Injectable()
export class Sessions {
  constructor(private readonly db: Database) {}

  /**
   * Opens a session. Throws CredentialsInvalid if the account has changed since the password was checked: it was
   * deleted, or has another password or role.
   */
  async open(session: {
    readonly id: Uuid;
    readonly account: Pick<Account, 'id' | 'passwordHash' | 'role'>;
    readonly userAgent: string | null;
    readonly tokenHash: Buffer;
    readonly expiresAt: Date;
    readonly endsAt: Date;
  }): Promise<void> {
    const { id, account, userAgent, tokenHash, expiresAt, endsAt } = session;
    const values = [id, account.id, userAgent, tokenHash, expiresAt, endsAt, account.passwordHash, account.role];
    if ((await this.db.query(open, values)).length === 0) throw new CredentialsInvalid();
  }

  /** Returns the token with its session, locked until the transaction ends. */
  async lockByToken(tokenHash: Buffer): Promise<KnownToken | undefined> {
    return (await this.db.query<KnownToken>(lockByToken, [tokenHash]))[0];
  }

  async rotate(usedHash: Buffer, sessionId: Uuid, nextHash: Buffer, expiresAt: Date): Promise<void> {
    await this.db.query(rotate, [usedHash, sessionId, nextHash, expiresAt]);
  }

  async revoke(sessionId: Uuid, why: string): Promise<void> {
    await this.db.query(revoke, [sessionId, why]);
  }

  async revokeByToken(tokenHash: Buffer): Promise<void> {
    await this.db.query(revokeByToken, [tokenHash]);
  }

  /** The states of these sessions. Sessions that do not exist are left out. */
  async states(ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, SessionState>> {
    const rows = await this.db.query<SessionState & { id: Uuid }>(states, [ids]);
    return new Map(rows.map(({ id, open, role }) => [id, { open, role }]));
  }

  async prune(): Promise<void> {
    for (const deleteBatch of [deleteOldTokens, deleteEnded, deleteIdle])
      while ((await this.db.query(deleteBatch)).length === BATCH);
  }
}
