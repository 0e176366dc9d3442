import { Injectable } from '@nestjs/common';
import type { JsonWebKey } from 'node:crypto';
import { Database } from '#database';

export interface SigningKeyRow {
  readonly kid: string;
  readonly public_jwk: JsonWebKey;
  readonly private_sealed: string;
  /** How many seconds ago the key was retired; null if it is in use. */
  readonly retired_for: number | null;
}

/** The signing keys of all instances. The private keys are encrypted with TOKEN_SECRET. */
@Injectable()
export class SigningKeyRows {
  constructor(private readonly db: Database) {}

  /** Newest first. */
  all(): Promise<SigningKeyRow[]> {
    return this.db.query<SigningKeyRow>(
      `select kid, public_jwk, private_sealed, extract(epoch from now() - retired_at)::float8 as retired_for
       from signing_keys order by created_at desc, kid`,
    );
  }

  /** Adds the key unless one is in use. If two instances start together, only one key is added. */
  async addFirst(key: Omit<SigningKeyRow, 'retired_for'>): Promise<void> {
    await this.db.transaction(async () => {
      await this.db.query(`select pg_advisory_xact_lock(hashtext('identity.signing_keys'))`);
      await this.db.query(
        `insert into signing_keys (kid, public_jwk, private_sealed)
         select $1, $2, $3 where not exists (select from signing_keys where retired_at is null)`,
        [key.kid, JSON.stringify(key.public_jwk), key.private_sealed],
      );
    });
  }

  async replaceAll(key: Omit<SigningKeyRow, 'retired_for'>): Promise<void> {
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
