import { LRUCache } from 'lru-cache';
import { isUuid, type Uuid } from '#kernel';
import { statement, type Database } from '#database';
import { newKey, unwrap, wrap } from './sealing';

/** How long keys stay in memory. For this time after a key was destroyed, other processes can still open its values. */
const STALE_MS = 5_000;
const MOST_REMEMBERED = 10_000;

/** `unusable`: the row of the key exists, but the PERSONAL_DATA_KEY of this process cannot unwrap the key. */
export type SubjectKey = Uint8Array | 'destroyed' | 'unusable';
type Row = { subject: Uuid; wrapped: Buffer | null };

const FIND = statement('keys-find', `select subject, wrapped from subject_keys where subject = any($1::uuid[])`);

// If another process creates the key at the same moment, this statement returns no row. `findOrInsert` then reads the
// key with a second query.
const FIND_OR_INSERT = statement(
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

const DIGEST_OF_DESTROYED = statement(
  'keys-digest-of-destroyed',
  `select count(*) || ' ' || coalesce(bit_xor(hashtextextended(subject::text, 0)), 0) as digest
   from subject_keys where destroyed_at is not null`,
);

const DESTROYED_AFTER = statement(
  'keys-destroyed-after',
  `select subject from subject_keys
   where destroyed_at is not null and subject > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
   order by subject limit $2`,
);

const MISSING = statement(
  'keys-missing',
  `select s.subject from unnest($1::uuid[]) as s(subject)
   where not exists (select from subject_keys k where k.subject = s.subject)`,
);

const SOME_KEYS = statement('keys-some', 'select subject, wrapped from subject_keys where wrapped is not null limit 5');

const DESTROY = statement(
  'key-destroy',
  `insert into subject_keys (subject, wrapped, destroyed_at) values ($1, null, now())
   on conflict (subject) do update set wrapped = null, destroyed_at = coalesce(subject_keys.destroyed_at, now())`,
);

/**
 * The keys of subjects. In the database they are wrapped. Unwrapped keys are in the memory of this process for a few
 * seconds.
 */
export class SubjectKeys {
  private readonly memory = new LRUCache<Uuid, SubjectKey>({ max: MOST_REMEMBERED, ttl: STALE_MS });
  /** Subjects that have no key, such as staff accounts. */
  private readonly keyless = new LRUCache<Uuid, true>({ max: MOST_REMEMBERED, ttl: STALE_MS });
  private readonly creating = new Map<Uuid, Promise<SubjectKey>>();
  private readonly searching = new Map<Uuid, Promise<SubjectKey | undefined>>();

  constructor(
    private readonly db: Database,
    private readonly wrappingKey: Uint8Array,
  ) {}

  /** Returns the key of the subject. If the subject has no key, a key is created. */
  async findOrCreate(subject: Uuid): Promise<SubjectKey> {
    const known = this.memory.get(subject) ?? this.creating.get(subject);
    if (known) return known;
    const creating = this.findOrInsert(subject).finally(() => this.creating.delete(subject));
    this.creating.set(subject, creating); // an order seals many values at the same time: all these calls wait for one query
    return creating;
  }

  /**
   * The key of a subject that has sealed values. If the key is lost, no new key is created, because the lost key can
   * perhaps be restored.
   */
  async find(subject: Uuid): Promise<SubjectKey | undefined> {
    const known = this.memory.get(subject) ?? this.searching.get(subject);
    if (known) return known;
    const searching = this.findMany([subject])
      .then((keys) => keys.get(subject))
      .finally(() => this.searching.delete(subject));
    this.searching.set(subject, searching);
    return searching;
  }

  private async findOrInsert(subject: Uuid): Promise<SubjectKey> {
    const fresh = wrap(this.wrappingKey, subject, newKey());
    const [row] = await this.db.outsideTransaction(async () => {
      const rows = await this.db.query<Row>(FIND_OR_INSERT, [subject, fresh]);
      return rows.length > 0 ? rows : this.db.query<Row>(FIND, [[subject]]);
    });
    return this.remember(row);
  }

  /** Returns the existing keys of the subjects. One query reads all keys that are not in memory. */
  async findMany(subjects: Iterable<Uuid>): Promise<ReadonlyMap<Uuid, SubjectKey>> {
    const keys = new Map<Uuid, SubjectKey>();
    const unknown: Uuid[] = [];
    for (const subject of new Set(subjects)) {
      const known = this.memory.get(subject);
      if (known) keys.set(subject, known);
      else if (isUuid(subject)) unknown.push(subject); // the subject of a damaged value can be any text
    }
    if (unknown.length > 0) {
      const rows = await this.db.outsideTransaction(() => this.db.query<Row>(FIND, [unknown]));
      for (const row of rows) keys.set(row.subject, this.remember(row));
    }
    return keys;
  }

  /** Called for every request of a signed-in person, so the result is remembered for five seconds. */
  async isDestroyed(subject: Uuid): Promise<boolean> {
    const known = this.memory.get(subject);
    if (known !== undefined) return known === 'destroyed';
    if (this.keyless.has(subject)) return false;
    const key = (await this.findMany([subject])).get(subject);
    if (key === undefined) this.keyless.set(subject, true);
    return key === 'destroyed';
  }

  /** The given subjects whose key is destroyed. This method always reads the database, never the memory. */
  async findDestroyed(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
    const rows = await this.db.outsideTransaction(() => this.db.query<{ subject: Uuid }>(DESTROYED, [subjects]));
    return new Set(rows.map(({ subject }) => subject));
  }

  async digestOfDestroyedKeys(): Promise<string> {
    return (await this.db.outsideTransaction(() => this.db.query<{ digest: string }>(DIGEST_OF_DESTROYED, [])))[0]
      .digest;
  }

  async findDestroyedAfter(subject: Uuid | undefined, limit: number): Promise<readonly Uuid[]> {
    const rows = await this.db.outsideTransaction(() =>
      this.db.query<{ subject: Uuid }>(DESTROYED_AFTER, [subject ?? null, limit]),
    );
    return rows.map(({ subject: one }) => one);
  }

  /** The given subjects that have no row. A destroyed key still has a row. */
  async findMissing(subjects: readonly Uuid[]): Promise<readonly Uuid[]> {
    const rows = await this.db.outsideTransaction(() => this.db.query<{ subject: Uuid }>(MISSING, [subjects]));
    return rows.map(({ subject }) => subject);
  }

  /**
   * Tries up to five stored keys. Returns true if there are keys, and none of them can be unwrapped. Then the keys were
   * probably wrapped with another PERSONAL_DATA_KEY.
   */
  async needAnotherSecret(): Promise<boolean> {
    const rows = await this.db.outsideTransaction(() => this.db.query<Row>(SOME_KEYS, []));
    return rows.length > 0 && rows.every((row) => this.tryUnwrap(row) === 'unusable');
  }

  async destroy(subject: Uuid): Promise<void> {
    await this.db.outsideTransaction(() => this.db.query(DESTROY, [subject]));
    this.memory.set(subject, 'destroyed');
  }

  private remember(row: Row): SubjectKey {
    const key = this.tryUnwrap(row);
    this.memory.set(row.subject, key);
    return key;
  }

  private tryUnwrap({ subject, wrapped }: Row): SubjectKey {
    if (!wrapped) return 'destroyed';
    try {
      return unwrap(this.wrappingKey, subject, wrapped);
    } catch {
      return 'unusable';
    }
  }
}
