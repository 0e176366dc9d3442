import { Injectable } from '@nestjs/common';
import type { JsonWebKey } from 'node:crypto';
import { Database } from '#database';

export interface SigningKeyRow {
  readonly kid: string;
  readonly public_jwk: JsonWebKey;
  readonly private_sealed: string;
  /** When the key was retired, in microseconds since 1970; null if it is in use. */
  readonly retired_at: string | null;
  /** How many seconds ago the key was retired; null if it is in use. */
  readonly retired_for: number | null;
  /** Proves that the shop wrote `kid`, `public_jwk` and `retired_at`. Null on keys of older builds. */
  readonly mac: Buffer | null;
}

export type NewKeyRow = Pick<SigningKeyRow, 'kid' | 'public_jwk' | 'private_sealed'> & { readonly mac: Buffer };

const MICROSECONDS = (time: string) => `(extract(epoch from ${time}) * 1000000)::bigint::text`;

const COLUMNS = `kid, public_jwk, private_sealed, mac, ${MICROSECONDS('retired_at')} as retired_at,
  extract(epoch from now() - retired_at)::float8 as retired_for`;

/** The signing keys of all instances. The private keys are encrypted with TOKEN_SECRET. */
@Injectable()
export class SigningKeyRows {
  constructor(private readonly db: Database) {}

  /** The keys in use, and the keys that were retired in the last `seconds`; newest first. */
  recent(seconds: number): Promise<SigningKeyRow[]> {
    return this.db.query<SigningKeyRow>(
      `select ${COLUMNS} from signing_keys
       where retired_at is null or retired_at > now() - make_interval(secs => $1)
       order by created_at desc, kid`,
      [seconds],
    );
  }

  /** Adds the key if no key is in use. If two instances start at once, only one of them adds its key. */
  async addFirst(key: NewKeyRow): Promise<void> {
    await this.db.transaction(async () => {
      await this.lock();
      const [inUse] = await this.db.query(`select from signing_keys where retired_at is null limit 1`);
      if (!inUse) await this.add(key);
    });
  }

  /** Retires the keys that are in use, and adds the new key. `macOf` makes the new MAC of a retired key. */
  async replaceAll(key: NewKeyRow, macOf: (retired: SigningKeyRow) => Buffer | null): Promise<void> {
    await this.db.transaction(async () => {
      await this.lock();
      const inUse = await this.db.query<SigningKeyRow>(
        `select ${COLUMNS}, ${MICROSECONDS('now()')} as now from signing_keys where retired_at is null`,
      );
      for (const row of inUse as (SigningKeyRow & { readonly now: string })[])
        await this.db.query(`update signing_keys set retired_at = now(), mac = $2 where kid = $1`, [
          row.kid,
          macOf({ ...row, retired_at: row.now }),
        ]);
      await this.add(key);
    });
  }

  /** Adds the MAC of a key that an older build made. */
  async addMac(kid: string, mac: Buffer): Promise<void> {
    await this.db.query(`update signing_keys set mac = $2 where kid = $1 and retired_at is null`, [kid, mac]);
  }

  private async lock(): Promise<void> {
    await this.db.query(`select pg_advisory_xact_lock(hashtext('identity.signing_keys'))`);
  }

  private async add({ kid, public_jwk, private_sealed, mac }: NewKeyRow): Promise<void> {
    await this.db.query(`insert into signing_keys (kid, public_jwk, private_sealed, mac) values ($1, $2, $3, $4)`, [
      kid,
      JSON.stringify(public_jwk),
      private_sealed,
      mac,
    ]);
  }
}
