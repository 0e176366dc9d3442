import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { KeyObject } from 'node:crypto';
import { VerifyingKeys } from './verifying-keys';

/**
 * Finds keys in `VerifyingKeys`. Nest looks for this provider in all modules, because different modules can provide it.
 */
@Injectable()
export class KeyRing {
  private keys: VerifyingKeys | undefined;

  constructor(private readonly modules: ModuleRef) {}

  async find(kid: string): Promise<KeyObject | undefined> {
    const keys = this.keys ?? this.modules.get<VerifyingKeys>(VerifyingKeys, { strict: false });
    this.keys = keys;
    return keys.find(kid);
  }
}
