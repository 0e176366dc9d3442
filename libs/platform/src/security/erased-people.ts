import { Inject, Injectable, Optional } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Vault } from '#platform/privacy';
import { KeysUnavailable } from './token-faults';

/** People whose tokens no longer count although they have not expired: their key was destroyed. */
@Injectable()
export class ErasedPeople {
  constructor(@Optional() @Inject(Vault) private readonly vault: Vault | null) {}

  /** Throws KeysUnavailable if this cannot be found out. */
  async include(userId: Uuid): Promise<boolean> {
    if (!this.vault) return false;
    return this.vault.isErased(userId).catch(() => {
      throw new KeysUnavailable();
    });
  }
}
