import { Inject, Injectable, Optional } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Vault } from '#platform/privacy';
import { KeysUnavailable } from './token-faults';

/** Whose tokens count no more, however long they have to go: those whose key was destroyed. */
@Injectable()
export class Departures {
  constructor(@Optional() @Inject(Vault) private readonly vault: Vault | null) {}

  /** Throws KeysUnavailable where nobody can tell. */
  async include(userId: Uuid): Promise<boolean> {
    if (!this.vault) return false;
    return this.vault.isErased(userId).catch(() => {
      throw new KeysUnavailable();
    });
  }
}
