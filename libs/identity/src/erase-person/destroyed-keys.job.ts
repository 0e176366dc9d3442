import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import type { Uuid } from '#kernel';
import { HealthCheck, Impaired } from '#platform/observability';
import { ErasedSubjects, Vault } from '#platform/privacy';
import { Erasures } from './erasures.store';

const CHECK_MS = 10_000;
/** All keys are checked this often, even if the digest of the destroyed keys has not changed. */
const FULL_CHECK_MS = 3_600_000;
const PAGE = 5_000;

/** Finds keys that were destroyed without a request for erasure, for example by hand. Their data cannot be read. */
@Injectable()
export class DestroyedKeys {
  private readonly log = new Logger('Privacy');
  private strays: ReadonlySet<Uuid> = new Set();
  private compared: { readonly digest: string; readonly at: number } | undefined;

  constructor(
    private readonly vault: Vault,
    private readonly erasures: Erasures,
    private readonly list: ErasedSubjects,
  ) {}

  get trouble(): string | undefined {
    const { size } = this.strays;
    return size === 0 ? undefined : `${size} keys of customers or guests were destroyed without an erasure`;
  }

  @Interval('destroyed keys', CHECK_MS)
  @OneAtATime()
  async check(): Promise<void> {
    // If the database of the keys is unreachable, other checks report it.
    const digest = await this.vault.digestOfErased().catch(() => undefined);
    if (digest === undefined || (this.compared?.digest === digest && Date.now() - this.compared.at < FULL_CHECK_MS))
      return;
    const strays = await this.findUnexpected().catch(() => undefined);
    if (!strays) return;
    for (const subject of strays)
      if (!this.strays.has(subject))
        this.log.error(`The key of ${subject} was destroyed without an erasure. Restore it from a backup (docs/privacy.md), and find out who did it`); // prettier-ignore
    this.strays = strays;
    // While there are such keys, the check is repeated, because somebody may restore them.
    this.compared = strays.size === 0 ? { digest, at: Date.now() } : undefined;
  }

  private async findUnexpected(): Promise<ReadonlySet<Uuid>> {
    const strays = new Set<Uuid>();
    for (let after: Uuid | undefined; ;) {
      const page = await this.vault.erasedAfter(after, PAGE);
      const known = await this.erasures.requestedAmong(page);
      for (const subject of page) if (!known.has(subject)) strays.add(subject);
      if (page.length < PAGE) break;
      after = page.at(-1);
    }
    // If the database was restored from an older backup, an erasure may be only in the list outside the database.
    if (strays.size > 0) for (const { subject } of (await this.list.all()) ?? []) strays.delete(subject);
    return strays;
  }
}

/** `/health` shows this check only if it fails. */
@Injectable()
export class DestroyedKeysHealth extends HealthCheck {
  readonly service = 'personal-keys';
  override readonly onlyWhenUnwell = true;

  constructor(private readonly keys: DestroyedKeys) {
    super();
  }

  async check(): Promise<void> {
    const { trouble } = this.keys;
    if (trouble) throw new Impaired(trouble);
  }
}
