import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import type { Uuid } from '#kernel';
import { HealthCheck, Impaired } from '#platform/observability';
import { ErasedSubjects, Vault } from '#platform/privacy';
import { Erasures } from './erasures.store';

const CHECK_MS = 10_000;
/** A check reads all destroyed keys at least this often, even if their digest has not changed. */
const FULL_CHECK_MS = 3_600_000;
const PAGE = 5_000;

/**
 * Finds keys that were destroyed without a request for erasure, for example by hand. The data that was encrypted with
 * such a key cannot be read.
 */
@Injectable()
export class DestroyedKeys {
  private readonly log = new Logger('Privacy');
  private unexpected: ReadonlySet<Uuid> = new Set();
  private lastGoodCheck: { readonly digest: string; readonly at: number } | undefined;

  constructor(
    private readonly vault: Vault,
    private readonly erasures: Erasures,
    private readonly list: ErasedSubjects,
  ) {}

  get trouble(): string | undefined {
    const { size } = this.unexpected;
    return size === 0 ? undefined : `${size} keys of customers or guests were destroyed without an erasure`;
  }

  @Interval('destroyed keys', CHECK_MS)
  @OneAtATime()
  async check(): Promise<void> {
    // If the database of the keys is unreachable, other checks report it.
    const digest = await this.vault.digestOfErased().catch(() => undefined);
    if (
      digest === undefined ||
      (this.lastGoodCheck?.digest === digest && Date.now() - this.lastGoodCheck.at < FULL_CHECK_MS)
    )
      return;
    const unexpected = await this.findUnexpected().catch(() => undefined);
    if (!unexpected) return;
    for (const subject of unexpected)
      if (!this.unexpected.has(subject))
        this.log.error(`The key of ${subject} was destroyed without an erasure. Restore it from a backup (docs/privacy.md), and find out who destroyed it`); // prettier-ignore
    this.unexpected = unexpected;
    // While there are such keys, every check reads all keys, because an operator can restore a key from a backup.
    this.lastGoodCheck = unexpected.size === 0 ? { digest, at: Date.now() } : undefined;
  }

  private async findUnexpected(): Promise<ReadonlySet<Uuid>> {
    const unexpected = new Set<Uuid>();
    for (let after: Uuid | undefined; ;) {
      const page = await this.vault.erasedAfter(after, PAGE);
      const known = await this.erasures.requestedAmong(page);
      for (const subject of page) if (!known.has(subject)) unexpected.add(subject);
      if (page.length < PAGE) break;
      after = page.at(-1);
    }
    // After the database was restored from an older backup, some erasures are only in the list outside the database.
    if (unexpected.size > 0) for (const { subject } of (await this.list.all()) ?? []) unexpected.delete(subject);
    return unexpected;
  }
}

/** `/health` shows this check only if it fails. */
@Injectable()
export class DestroyedKeysHealth extends HealthCheck {
  readonly service = 'personal-keys';
  override readonly onlyWhenImpaired = true;

  constructor(private readonly keys: DestroyedKeys) {
    super();
  }

  async check(): Promise<void> {
    const { trouble } = this.keys;
    if (trouble) throw new Impaired(trouble);
  }
}
