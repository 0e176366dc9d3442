import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { statement } from '#database';
import type { MacKey } from '#platform/macs';
import { netstrings } from '#platform/canonical';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';
import type { MacMemory } from './mac-memory';

interface StoredExceptions {
  readonly instances: readonly string[];
  readonly events: readonly string[];
  /** Microseconds since 1970. */
  readonly until: string;
  /** Whether older builds are perhaps still alive. After this was false once, it is never true again. */
  readonly open: boolean;
  /** The MAC over the exceptions, in hex; null until a process has signed them. */
  readonly mac: string | null;
}

const READ = statement(
  'mac-exceptions',
  `select instances::text[] as instances, events::text[] as events, (extract(epoch from until) * 1000000)::bigint::text as until,
     closed_at is null and until > now() and cardinality(instances) > 0 as open, encode(mac, 'hex') as mac
   from ${named.macExceptions}`,
);

// A process signs the exceptions before its first append. So if one of the newest events has a MAC, exceptions that are
// not signed yet were stored too late.
const LATE = statement(
  'mac-exceptions-late',
  `select exists (
     select from (select event_id from ${named.log} order by position desc limit 1000) l
     cross join lateral (select mac from ${named.events} where id = l.event_id limit 1) e where e.mac is not null) as late`,
);

const macText = ({ instances, events, until }: StoredExceptions): string =>
  netstrings(['coffee-tea.mac-exceptions.1', instances.join(), events.join(), until]);

const digestOf = (stored: StoredExceptions | undefined): string | null =>
  stored ? createHash('sha256').update(macText(stored)).digest('hex') : null;

const TOO_LATE =
  'exceptions for events without a MAC are ignored, because they were stored or changed after MACs began';

/** The events that are allowed to get a position without a MAC. */
export interface Allowed {
  /** Whether older builds are perhaps still alive. Then all events without a MAC are allowed. */
  readonly open: boolean;
  /** The ids of the events that were waiting for their position when MACs were introduced. */
  readonly events: ReadonlySet<string>;
}

const NOTHING_ALLOWED: Allowed = { open: false, events: new Set() };

/**
 * Exceptions are events that are allowed to be without a MAC. The migration that introduced MACs has stored them.
 * Exceptions are valid only if they are signed with the MAC key, which is not in the database. The first process that
 * reads the exceptions remembers them outside of the database. After that, no other exceptions are signed or accepted.
 */
export class MacExceptions {
  private readonly log = new Logger('EventStore');
  /** Why the exceptions in the database are ignored; undefined if they are accepted, or if there are none. */
  problem?: string;

  constructor(
    private readonly db: StreamDatabase,
    private readonly key: MacKey,
    private readonly memory: MacMemory,
  ) {}

  /**
   * Signs the exceptions if they are not signed yet. Call it before this process appends or numbers its first event.
   */
  async sign(): Promise<void> {
    const stored = await this.read();
    const digest = digestOf(stored);
    const known = await this.memory.exceptions.read();
    if (known ? known.digest !== digest : await this.isTooLate(stored)) {
      if (!known) await this.memory.exceptions.keep({ digest: null });
      // A restored older backup can be without exceptions. Then fewer events are allowed, so nothing is reported.
      this.report(stored && TOO_LATE);
      return;
    }
    if (stored && !this.isSigned(stored))
      await this.db.query('select sign_mac_exceptions($1)', [this.key.of(macText(stored))]);
    await this.memory.exceptions.keep({ digest });
    this.report(undefined);
  }

  async readAllowed(): Promise<Allowed> {
    const stored = await this.read();
    if (!stored || !this.isSigned(stored)) return NOTHING_ALLOWED;
    const known = await this.memory.exceptions.read();
    if (known && known.digest !== digestOf(stored)) return NOTHING_ALLOWED;
    return { open: stored.open, events: new Set(stored.events) };
  }

  /**
   * Whether stored admissions can be genuine. An admission is a signed permission for one event without a MAC. If this
   * process remembers that there were no exceptions, all admissions are forged.
   */
  async mayHaveAdmitted(): Promise<boolean> {
    const known = await this.memory.exceptions.read();
    return known === undefined || known.digest !== null;
  }

  private async isTooLate(stored: StoredExceptions | undefined): Promise<boolean> {
    if (!stored || this.isSigned(stored)) return false;
    if (!(await this.db.query<{ late: boolean }>(LATE))[0].late) return false;
    const now = await this.read();
    return !now || !this.isSigned(now); // perhaps another process has just signed them, and numbered an event
  }

  private report(problem: string | undefined): void {
    if (problem !== undefined && problem !== this.problem) this.log.error(`${problem}: verify the log`);
    this.problem = problem;
  }

  private async read(): Promise<StoredExceptions | undefined> {
    return (await this.db.query<StoredExceptions>(READ))[0];
  }

  private isSigned(stored: StoredExceptions): boolean {
    return stored.mac !== null && this.key.holds(macText(stored), Buffer.from(stored.mac, 'hex'));
  }
}
