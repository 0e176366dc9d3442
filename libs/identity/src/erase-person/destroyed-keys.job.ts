import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import type { Uuid } from '#kernel';
import { HealthCheck, Impaired } from '#platform/observability';
import { ErasedSubjects, Vault } from '#platform/privacy';
import { Erasures } from './erasures.store';

const LOOK_MS = 10_000;
/** All keys are compared this often, even if their digest has not changed. */
const WHOLE_MS = 3_600_000;
const PAGE = 5_000;

/** Keys that were destroyed although no erasure was asked for, so by hand. Their data can no longer be read. */
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

  @Interval('destroyed keys', LOOK_MS)
  @OneAtATime()
  async look(): Promise<void> {
    const digest = await this.vault.digestOfErased().catch(() => undefined); // its database is away, which other checks report
    if (digest === undefined || (this.compared?.digest === digest && Date.now() - this.compared.at < WHOLE_MS)) return;
    const strays = await this.find().catch(() => undefined);
    if (!strays) return;
    for (const subject of strays)
      if (!this.strays.has(subject))
        this.log.error(`The key of ${subject} was destroyed without an erasure. Put it back from a backup (docs/privacy.md), and find out who did it`); // prettier-ignore
    this.strays = strays;
    // While there is one, the check is repeated: its key may have been restored.
    this.compared = strays.size === 0 ? { digest, at: Date.now() } : undefined;
  }

  private async find(): Promise<ReadonlySet<Uuid>> {
    const strays = new Set<Uuid>();
    for (let after: Uuid | undefined; ;) {
      const page = await this.vault.erasedAfter(after, PAGE);
      const known = await this.erasures.among(page);
      for (const subject of page) if (!known.has(subject)) strays.add(subject);
      if (page.length < PAGE) break;
      after = page.at(-1);
    }
    // An older backup of our database may lack an erasure that the list outside the database has.
    if (strays.size > 0) for (const { subject } of (await this.list.all()) ?? []) strays.delete(subject);
    return strays;
  }
}

/** `/health` names it only if something is wrong. */
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
