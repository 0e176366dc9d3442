import { passwordForm } from '#kernel';
import { Injectable } from '@nestjs/common';
import { Algorithm, hash, verify } from '@node-rs/argon2';

// OWASP's parameters for argon2id: 19 MiB, two passes, one lane.
const options = {
  algorithm: 2 satisfies Algorithm.Argon2id as Algorithm,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
};

@Injectable()
export class Passwords {
  private decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return hash(passwordForm(password), options);
  }

  /** Takes the same time if the account does not exist, so that the time does not show whether it exists. */
  async matches(password: string, passwordHash: string | undefined): Promise<boolean> {
    this.decoy ??= hash('nobody has this password', options);
    const kept = passwordHash ?? (await this.decoy);
    const form = passwordForm(password);
    // Older hashes were made from the password as it was typed, before passwords were normalised.
    const fits = (await verify(kept, form)) || (form !== password && (await verify(kept, password)));
    return fits && passwordHash !== undefined;
  }

  /** For a correct password with an old hash: the hash of the normalised form. Undefined if the stored hash is new. */
  async rehashIfOld(password: string, passwordHash: string): Promise<string | undefined> {
    const form = passwordForm(password);
    if (form === password || (await verify(passwordHash, form))) return undefined;
    return this.hash(form);
  }
}
