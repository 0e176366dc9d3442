import { Injectable } from '@nestjs/common';
import { HealthCheck, Impaired } from '#platform/observability';
import { TokenKeys } from './token-keys.adapter';

/** `/health` shows this check only if it fails. */
@Injectable()
export class SigningKeysHealth extends HealthCheck {
  readonly service = 'signing-keys';
  override readonly onlyWhenUnwell = true;

  constructor(private readonly keys: TokenKeys) {
    super();
  }

  async check(): Promise<void> {
    const { trouble } = this.keys;
    if (trouble) throw new Impaired(trouble);
  }
}
