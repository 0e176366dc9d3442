import { Logger } from '@nestjs/common';
import { statement } from '#database';
import type { MacKey } from '#platform/macs';
import { netstrings } from '#platform/canonical';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

interface StoredExceptions {
  readonly instances: readonly string[];
  readonly events: readonly string[];
  /** Microseconds since 1970. */
  readonly until: string;
  /** Whether older builds may still be alive. Once closed, it stays closed. */
  readonly open: boolean;
  /** In hex; null until a process has signed it. */
  readonly mac: string | null;
}

const READ = statement(
  'mac-exceptions',
  `select instances::text[] as instances, events::text[] as events, (extract(epoch from until) * 1000000)::bigint::text as until,
     closed_at is null and until > now() and cardinality(instances) > 0 as open, encode(mac, 'hex') as mac
   from ${named.macExceptions}`,
);

// A process signs the exceptions before its first append. If an event with a MAC has a position already, exceptions
// that are still unsigned were stored too late.
const LATE = statement(
  'mac-exceptions-late',
  `select exists (
     select from (select event_id from ${named.log} order by position desc limit 1000) l
     cross join lateral (select mac from ${named.events} where id = l.event_id limit 1) e where e.mac is not null) as late`,
);

const macText = ({ instances, events, until }: StoredExceptions): string =>
  netstrings(['coffee-tea.mac-exceptions.1', instances.join(), events.join(), until]);

/** The events that may be numbered without a MAC of their own. */
export interface Allowed {
  /** Older builds are alive, so their events are accepted. */
  readonly open: boolean;
  /** Events that waited for their position before there were MACs. */
  readonly events: ReadonlySet<string>;
}

const NOTHING_ALLOWED: Allowed = { open: false, events: new Set() };

/**
 * The exceptions that the migration stored. They are valid only if they are signed with the MAC key, which is not in
 * the database.
 */
export class MacExceptions {
  private readonly log = new Logger('EventStore');

  constructor(
    private readonly db: StreamDatabase,
    private readonly key: MacKey,
  ) {}

  /** Signs exceptions that are not signed yet. Call it before a process appends or numbers for the first time. */
  async sign(): Promise<void> {
    const stored = await this.read();
    if (!stored || this.isSigned(stored)) return;
    const [{ late }] = await this.db.query<{ late: boolean }>(LATE);
    if (late)
      this.log.error(
        'exceptions for events without a MAC are ignored, because they were stored after the first event with a MAC: verify the log',
      );
    else await this.db.query('select sign_mac_exceptions($1)', [this.key.of(macText(stored))]);
  }

  async readAllowed(): Promise<Allowed> {
    const stored = await this.read();
    return stored && this.isSigned(stored) ? { open: stored.open, events: new Set(stored.events) } : NOTHING_ALLOWED;
  }

  private async read(): Promise<StoredExceptions | undefined> {
    return (await this.db.query<StoredExceptions>(READ))[0];
  }

  private isSigned(stored: StoredExceptions): boolean {
    return stored.mac !== null && this.key.holds(macText(stored), Buffer.from(stored.mac, 'hex'));
  }
}
