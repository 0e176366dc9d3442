import { Inject, Injectable, Optional } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Vault } from '#platform/privacy';
import { KeysUnavailable } from './token-faults';

/** The people whose key was destroyed. Their access tokens are not accepted, even before the tokens expire. */
@Injectable()
export class ErasedPeople {
  constructor(@Optional() @Inject(Vault) private readonly vault: Vault | null) {}

  /** Throws KeysUnavailable if the vault does not respond. */
  async include(userId: Uuid): Promise<boolean> {
    if (!this.vault) return false;
    return this.vault.isErased(userId).catch(() => {
      throw new KeysUnavailable();
    });
  }
}
