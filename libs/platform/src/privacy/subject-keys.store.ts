import { LRUCache } from 'lru-cache';
import { isUuid, type Uuid } from '#kernel';
import { statement, type Database } from '#database';
import { newKey, unwrap, wrap } from './sealing';

/** How long keys stay in memory: so long another process may still read after a key was destroyed. */
const STALE_MS = 5_000;
const REMEMBERED = 10_000;

/** `unusable`: the row exists, but this process's PERSONAL_DATA_KEY cannot unwrap the key. */
export type SubjectKey = Uint8Array | 'destroyed' | 'unusable';
type Row = { subject: Uuid; wrapped: Buffer | null };

const FIND = statement('keys-find', `select subject, wrapped from subject_keys where subject = any($1::uuid[])`);

// No row is returned if another process creates the same subject's key at this moment. Then a second query finds it.
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

const SOME = statement('keys-some', 'select subject, wrapped from subject_keys where wrapped is not null limit 5');

const DESTROY = statement(
  'key-destroy',
  `insert into subject_keys (subject, wrapped, destroyed_at) values ($1, null, now())
   on conflict (subject) do update set wrapped = null, destroyed_at = coalesce(subject_keys.destroyed_at, now())`,
);

/** The subjects' keys: wrapped in the database, unwrapped in this process's memory for a moment. */
export class SubjectKeys {
  private readonly memory = new LRUCache<Uuid, SubjectKey>({ max: REMEMBERED, ttl: STALE_MS });
  /** Subjects that have no key, such as staff accounts. */
  private readonly keyless = new LRUCache<Uuid, true>({ max: REMEMBERED, ttl: STALE_MS });
  private readonly creating = new Map<Uuid, Promise<SubjectKey>>();
  private readonly searching = new Map<Uuid, Promise<SubjectKey | undefined>>();

  constructor(
    private readonly db: Database,
    private readonly wrapping: Uint8Array,
  ) {}

  /** The subject's key; created if there is none. */
  async ofOne(subject: Uuid): Promise<SubjectKey> {
    const known = this.memory.get(subject) ?? this.creating.get(subject);
    if (known) return known;
    const creating = this.findOrMake(subject).finally(() => this.creating.delete(subject));
    this.creating.set(subject, creating); // an order seals many values at once, with one query
    return creating;
  }

  /** The key of a subject that should have one. No key is created, because the lost one may be restored. */
  async ofKnown(subject: Uuid): Promise<SubjectKey | undefined> {
    const known = this.memory.get(subject) ?? this.searching.get(subject);
    if (known) return known;
    const searching = this.ofMany([subject])
      .then((keys) => keys.get(subject))
      .finally(() => this.searching.delete(subject));
    this.searching.set(subject, searching);
    return searching;
  }

  private async findOrMake(subject: Uuid): Promise<SubjectKey> {
    const fresh = wrap(this.wrapping, subject, newKey());
    const [row] = await this.db.outsideTransaction(async () => {
      const rows = await this.db.query<Row>(FIND_OR_MAKE, [subject, fresh]);
      return rows.length > 0 ? rows : this.db.query<Row>(FIND, [[subject]]);
    });
    return this.remember(row);
  }

  /** The existing keys, with one query for all that are not in memory. */
  async ofMany(subjects: Iterable<Uuid>): Promise<ReadonlyMap<Uuid, SubjectKey>> {
    const keys = new Map<Uuid, SubjectKey>();
    const unknown: Uuid[] = [];
    for (const subject of new Set(subjects)) {
      const known = this.memory.get(subject);
      if (known) keys.set(subject, known);
      else if (isUuid(subject)) unknown.push(subject); // a damaged value may have any text as its subject
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
    const key = (await this.ofMany([subject])).get(subject);
    if (key === undefined) this.keyless.set(subject, true);
    return key === 'destroyed';
  }

  /** Those whose key is destroyed. It always reads the database, never the memory. */
  async destroyedOf(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
    const rows = await this.db.outsideTransaction(() => this.db.query<{ subject: Uuid }>(DESTROYED, [subjects]));
    return new Set(rows.map(({ subject }) => subject));
  }

  async digestOfDestroyed(): Promise<string> {
    return (await this.db.outsideTransaction(() => this.db.query<{ digest: string }>(DIGEST_OF_DESTROYED, [])))[0]
      .digest;
  }

  async destroyedAfter(subject: Uuid | undefined, limit: number): Promise<readonly Uuid[]> {
    const rows = await this.db.outsideTransaction(() =>
      this.db.query<{ subject: Uuid }>(DESTROYED_AFTER, [subject ?? null, limit]),
    );
    return rows.map(({ subject: one }) => one);
  }

  /** Those that have no row at all. A destroyed key still has a row. */
  async missingOf(subjects: readonly Uuid[]): Promise<readonly Uuid[]> {
    const rows = await this.db.outsideTransaction(() => this.db.query<{ subject: Uuid }>(MISSING, [subjects]));
    return rows.map(({ subject }) => subject);
  }

  /** Whether keys are stored and this process cannot unwrap any of the few that it tries. */
  async areOfAnotherSecret(): Promise<boolean> {
    const rows = await this.db.outsideTransaction(() => this.db.query<Row>(SOME, []));
    return rows.length > 0 && rows.every((row) => this.unwrapped(row) === 'unusable');
  }

  async destroy(subject: Uuid): Promise<void> {
    await this.db.outsideTransaction(() => this.db.query(DESTROY, [subject]));
    this.memory.set(subject, 'destroyed');
  }

  private remember(row: Row): SubjectKey {
    const key = this.unwrapped(row);
    this.memory.set(row.subject, key);
    return key;
  }

  private unwrapped({ subject, wrapped }: Row): SubjectKey {
    if (!wrapped) return 'destroyed';
    try {
      return unwrap(this.wrapping, subject, wrapped);
    } catch {
      return 'unusable';
    }
  }
}
