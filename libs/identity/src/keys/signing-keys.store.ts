import { Injectable } from '@nestjs/common';
import type { JsonWebKey } from 'node:crypto';
import { Database } from '#platform/database';

export interface SigningKeyRow {
  readonly kid: string;
  readonly public_jwk: JsonWebKey;
  readonly private_sealed: string;
  readonly retired_at: Date | null;
}

/** The keys of all instances, the newest first; the private halves are sealed with TOKEN_SECRET. */
@Injectable()
export class SigningKeyRows {
  constructor(private readonly db: Database) {}

  all(): Promise<SigningKeyRow[]> {
    return this.db.query<SigningKeyRow>(
      `select kid, public_jwk, private_sealed, retired_at from signing_keys order by created_at desc, kid`,
    );
  }

  /** Adds the key unless there is one in use: of two instances that start together, one makes the key. */
  async addFirst(key: Omit<SigningKeyRow, 'retired_at'>): Promise<void> {
    await this.db.transaction(async () => {
      await this.db.query(`select pg_advisory_xact_lock(hashtext('identity.signing_keys'))`);
      await this.db.query(
        `insert into signing_keys (kid, public_jwk, private_sealed)
         select $1, $2, $3 where not exists (select from signing_keys where retired_at is null)`,
        [key.kid, JSON.stringify(key.public_jwk), key.private_sealed],
      );
    });
  }

  async replaceAll(key: Omit<SigningKeyRow, 'retired_at'>): Promise<void> {
    await this.db.transaction(async () => {
      await this.db.query(`update signing_keys set retired_at = now() where retired_at is null`);
      await this.db.query(`insert into signing_keys (kid, public_jwk, private_sealed) values ($1, $2, $3)`, [
        key.kid,
        JSON.stringify(key.public_jwk),
        key.private_sealed,
      ]);
    });
  }
}
