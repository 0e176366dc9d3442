import { LRUCache } from 'lru-cache';
import type { Uuid } from '#kernel';
import { statement, type Database } from '#platform/database';
import { newKey, unwrap, wrap } from './sealing';

/** How long another process may go on reading after a key was destroyed. */
const STALE_MS = 5_000;
const REMEMBERED = 10_000;

export type SubjectKey = Uint8Array | 'destroyed';
type Row = { subject: Uuid; wrapped: Buffer | null };

const FIND = statement('keys-find', `select subject, wrapped from subject_keys where subject = any($1::uuid[])`);

// No row comes back when somebody makes the same subject's key at this very moment: then it is there to be found.
const FIND_OR_MAKE = statement(
  'key-find-or-make',
  `with found as (select subject, wrapped from subject_keys where subject = $1::uuid),
   made as (
     insert into subject_keys (subject, wrapped) select $1::uuid, $2::bytea where not exists (select from found)
     on conflict (subject) do nothing returning subject, wrapped)
   select * from found union all select * from made`,
);

const DESTROYED = statement(
  'keys-destroyed',
  `select subject from subject_keys where subject = any($1::uuid[]) and destroyed_at is not null`,
);

const DESTROY = statement(
  'key-destroy',
  `insert into subject_keys (subject, wrapped, destroyed_at) values ($1, null, now())
   on conflict (subject) do update set wrapped = null, destroyed_at = coalesce(subject_keys.destroyed_at, now())`,
);

/** The subjects' keys: wrapped in the database, open in this process's memory for a moment. */
export class SubjectKeys {
  private readonly memory = new LRUCache<Uuid, SubjectKey>({ max: REMEMBERED, ttl: STALE_MS });
  /** Those that have no key, such as the staff's accounts. */
  private readonly keyless = new LRUCache<Uuid, true>({ max: REMEMBERED, ttl: STALE_MS });
  private readonly asked = new Map<Uuid, Promise<SubjectKey>>();

  constructor(
    private readonly db: Database,
    private readonly wrapping: Uint8Array,
  ) {}

  /** The subject's key, made where there is none. */
  async ofOne(subject: Uuid): Promise<SubjectKey> {
    const known = this.memory.get(subject) ?? this.asked.get(subject);
    if (known) return known;
    const asked = this.findOrMake(subject).finally(() => this.asked.delete(subject));
    this.asked.set(subject, asked); // an order seals many values at once: one question serves them all
    return asked;
  }

  private async findOrMake(subject: Uuid): Promise<SubjectKey> {
    const fresh = wrap(this.wrapping, subject, newKey());
    const [row] = await this.db.outside(async () => {
      const rows = await this.db.query<Row>(FIND_OR_MAKE, [subject, fresh]);
      return rows.length > 0 ? rows : this.db.query<Row>(FIND, [[subject]]);
    });
    return this.remember(row);
  }

  /** Those there are, with one question for all that are not in memory. */
  async ofMany(subjects: Iterable<Uuid>): Promise<ReadonlyMap<Uuid, SubjectKey>> {
    const keys = new Map<Uuid, SubjectKey>();
    const unknown: Uuid[] = [];
    for (const subject of new Set(subjects)) {
      const known = this.memory.get(subject);
      if (known) keys.set(subject, known);
      else unknown.push(subject);
    }
    if (unknown.length > 0) {
      const rows = await this.db.outside(() => this.db.query<Row>(FIND, [unknown]));
      for (const row of rows) keys.set(row.subject, this.remember(row));
    }
    return keys;
  }

  /** Asked for every request of somebody who is signed in: the answer is remembered for a moment. */
  async isDestroyed(subject: Uuid): Promise<boolean> {
    const known = this.memory.get(subject);
    if (known !== undefined) return known === 'destroyed';
    if (this.keyless.has(subject)) return false;
    const key = (await this.ofMany([subject])).get(subject);
    if (key === undefined) this.keyless.set(subject, true);
    return key === 'destroyed';
  }

  /** Asked of the database, whatever is in memory. */
  async destroyedOf(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
    const rows = await this.db.outside(() => this.db.query<{ subject: Uuid }>(DESTROYED, [subjects]));
    return new Set(rows.map(({ subject }) => subject));
  }

  async destroy(subject: Uuid): Promise<void> {
    await this.db.outside(() => this.db.query(DESTROY, [subject]));
    this.memory.set(subject, 'destroyed');
  }

  private remember({ subject, wrapped }: Row): SubjectKey {
    const key = wrapped ? unwrap(this.wrapping, subject, wrapped) : 'destroyed';
    this.memory.set(subject, key);
    return key;
  }
}
