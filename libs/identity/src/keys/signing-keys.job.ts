import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { HealthCheck, Impaired } from '#platform/observability';
import { OneAtATime } from '#platform/system';
import { TokenKeys } from './token-keys.adapter';

const MINUTE_MS = 60_000;

/** Notices keys that another instance has retired, and keys that the shop did not write. */
@Injectable()
export class SigningKeysWatch {
  constructor(private readonly keys: TokenKeys) {}

  @Interval('signing keys', MINUTE_MS)
  @OneAtATime()
  async check(): Promise<void> {
    await this.keys.readAgain().catch(() => undefined); // if the database is unreachable, other checks report it
  }
}

/** `/health` shows this check only if it fails. */
@Injectable()
export class SigningKeysHealth extends HealthCheck {
  readonly service = 'signing-keys';
  override readonly onlyWhenImpaired = true;

  constructor(private readonly keys: TokenKeys) {
    super();
  }

  async check(): Promise<void> {
    const { trouble } = this.keys;
    if (trouble) throw new Impaired(trouble);
  }
}
