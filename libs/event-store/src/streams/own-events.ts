import { EventBroken } from '#kernel';
import type { MacKey } from '#platform/macs';
import { isAdmittedAsRead, isOursAsRead } from '../macs/event-mac';
import { firstFormat } from '../macs/event-macs.store';
import { formatHolds } from '../macs/mac-check';
import { MacExceptions, type Allowed } from '../macs/mac-exceptions';
import type { StoredRow } from './stored';
import type { StreamDatabase } from './stream-database';
import { named } from './table-names';

/** To be selected beside `columns`: an event's MAC and, for an event without one, the MAC of its admission. */
export const ownColumns = `e.mac as "eventMac",
  case when e.mac is null then (select a.mac from ${named.admissions} a where a.event_id = e.id) end as admission`;

export interface OwnRow extends StoredRow {
  readonly eventMac: Buffer | null;
  readonly admission: Buffer | null;
}

/**
 * Checks the MACs of a stream's events when they are read, so that no decision is based on an event that the shop did
 * not append. This is needed because events are read before the sequencer checks them. An event with a MAC costs one
 * HMAC and no query.
 */
export class OwnEvents {
  private readonly exceptions: MacExceptions;
  /** Events up to this position were stored before there were MACs. Undefined until a signed value was read. */
  private through?: number;

  constructor(
    private readonly db: StreamDatabase,
    private readonly key: MacKey,
  ) {
    this.exceptions = new MacExceptions(db, key);
  }

  /** The same rows. Events that the shop did not append are marked as unreadable. */
  async marked<Row extends OwnRow>(rows: readonly Row[]): Promise<readonly Row[]> {
    let first: Promise<number> | undefined;
    let allowed: Promise<Allowed> | undefined;
    let foreign: Set<Row> | undefined;
    for (const row of rows) {
      const ours =
        row.eventMac !== null
          ? isOursAsRead(this.key, row, row.eventMac)
          : row.admission !== null
            ? isAdmittedAsRead(this.key, row, row.admission)
            : row.position !== null
              ? row.position <= (await (first ??= this.firstFormatThrough()))
              : mayWait(row, await (allowed ??= this.aside(() => this.exceptions.allowed())));
      if (!ours) (foreign ??= new Set()).add(row);
    }
    return foreign ? rows.map((row) => (foreign.has(row) ? { ...row, unreadable: foreignEvent(row) } : row)) : rows;
  }

  private async firstFormatThrough(): Promise<number> {
    if (this.through !== undefined) return this.through;
    const format = await this.aside(() => firstFormat(this.db));
    if (!format || !formatHolds(this.key, format)) return 0;
    return (this.through = format.through);
  }

  private aside<T>(query: () => Promise<T>): Promise<T> {
    return this.db.begun() ? query() : this.db.outsideTransaction(query);
  }
}

const mayWait = ({ id }: OwnRow, { open, events }: Allowed): boolean => open || events.has(id);

const foreignEvent = ({ type, version }: OwnRow): EventBroken =>
  new EventBroken(type, version, 'was not appended by this shop');
