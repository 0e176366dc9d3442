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
  private dummyHash: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return hash(passwordForm(password), options);
  }

  /** Takes the same time for a missing account, so that the time does not show whether the account exists. */
  async matches(password: string, passwordHash: string | undefined): Promise<boolean> {
    this.dummyHash ??= hash('nobody has this password', options);
    const stored = passwordHash ?? (await this.dummyHash);
    const normalForm = passwordForm(password);
    // Older hashes were made from the password as it was typed, before passwords were normalised.
    const isMatch = (await verify(stored, normalForm)) || (normalForm !== password && (await verify(stored, password)));
    return isMatch && passwordHash !== undefined;
  }

  /** For a correct password: the hash of its normalised form, if the stored hash is old. Otherwise undefined. */
  async rehashIfOld(password: string, passwordHash: string): Promise<string | undefined> {
    const normalForm = passwordForm(password);
    if (normalForm === password || (await verify(passwordHash, normalForm))) return undefined;
    return this.hash(normalForm);
  }
}
