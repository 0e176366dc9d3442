import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#platform/database';
import type { Role, SessionState } from '#platform/security';
import { CredentialsInvalid } from './identity-errors';

const FOREIGN_KEY_VIOLATION = '23503';

const open = statement(
  'sessions_open',
  `with session as (insert into sessions (id, account_id, user_agent) values ($1, $2, $3) returning id)
   insert into refresh_tokens (hash, session_id, expires_at) select $4, id, $5 from session`,
);

const look = statement(
  'refresh_tokens_look',
  `select t.session_id, t.used_at, t.expires_at, s.revoked_at, a.id as account_id, a.email, a.name, a.role, a.locale
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
  `select s.id, s.revoked_at is null as open, a.role from sessions s join accounts a on a.id = s.account_id
    where s.id = any($1::uuid[])`,
);

const prune = statement(
  'refresh_tokens_prune',
  `delete from refresh_tokens where hash = any(array(
     select hash from refresh_tokens where expires_at < now() - interval '7 days' limit 1000))`,
);

export interface KnownToken {
  readonly session_id: Uuid;
  readonly used_at: Date | null;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  readonly account_id: Uuid;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly locale: 'vi' | 'en';
}

/** A session is a family of refresh tokens: each is used once, and one used twice ends them all. Only hashes are kept. */
@Injectable()
export class Sessions {
  constructor(private readonly db: Database) {}

  async open(session: {
    id: Uuid;
    accountId: Uuid;
    userAgent: string | null;
    token: Buffer;
    expiresAt: Date;
  }): Promise<void> {
    const values = [session.id, session.accountId, session.userAgent, session.token, session.expiresAt];
    await this.db.query(open, values).catch((error: Error & { code?: string }) => {
      throw error.code === FOREIGN_KEY_VIOLATION ? new CredentialsInvalid() : error; // erased while they logged in
    });
  }

  /** Locks the token and its session until the transaction ends. */
  async look(token: Buffer): Promise<KnownToken | undefined> {
    return (await this.db.query<KnownToken>(look, [token]))[0];
  }

  async rotate(used: Buffer, sessionId: Uuid, next: Buffer, expiresAt: Date): Promise<void> {
    await this.db.query(rotate, [used, sessionId, next, expiresAt]);
  }

  async revoke(sessionId: Uuid, why: string): Promise<void> {
    await this.db.query(revoke, [sessionId, why]);
  }

  async revokeByToken(token: Buffer): Promise<void> {
    await this.db.query(revokeByToken, [token]);
  }

  /** Those that exist. */
  async states(ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, SessionState>> {
    const rows = await this.db.query<SessionState & { id: Uuid }>(states, [ids]);
    return new Map(rows.map(({ id, open, role }) => [id, { open, role }]));
  }

  async prune(): Promise<void> {
    await this.db.query(prune);
  }
}
