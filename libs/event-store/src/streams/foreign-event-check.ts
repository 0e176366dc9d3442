import { EventBroken } from '#kernel';
import type { MacKey } from '#platform/macs';
import { isAdmittedAsRead, isOursAsRead } from '../macs/event-mac';
import { FirstFormat } from '../macs/first-format';
import { MacExceptions, type Allowed } from '../macs/mac-exceptions';
import { MacMemory } from '../macs/mac-memory';
import type { StoredRow } from './stored';
import type { StreamDatabase } from './stream-database';
import { named } from './table-names';

/**
 * Columns for SQL queries that also select `eventColumns`: the MAC of an event or, if the event has no MAC, the MAC of
 * its admission (see event-mac.ts).
 */
export const macColumns = `e.mac as "eventMac",
  case when e.mac is null then (select a.mac from ${named.admissions} a where a.event_id = e.id) end as admission`;

export interface RowWithMacs extends StoredRow {
  readonly eventMac: Buffer | null;
  readonly admission: Buffer | null;
}

/**
 * Checks the MACs of a stream's events when they are read. So no decision is based on an event that the shop did not
 * append. This is needed because events can be read before the sequencer has checked them. For an event with a MAC, the
 * check costs one HMAC and no query.
 */
export class ForeignEventCheck {
  private readonly exceptions: MacExceptions;
  private readonly firstFormat: FirstFormat;
  /** Events up to this position were stored before MACs were introduced. Undefined until a signed position was read. */
  private firstFormatEnd?: number;

  constructor(
    private readonly db: StreamDatabase,
    private readonly key: MacKey,
    memory = new MacMemory(),
  ) {
    this.exceptions = new MacExceptions(db, key, memory);
    this.firstFormat = new FirstFormat(db, key, memory);
  }

  /** Returns the same rows. Events that the shop did not append are marked as unreadable. */
  async markForeign<Row extends RowWithMacs>(rows: readonly Row[]): Promise<readonly Row[]> {
    let formatEnd: Promise<number> | undefined;
    let allowed: Promise<Allowed> | undefined;
    let foreign: Set<Row> | undefined;
    for (const row of rows) {
      const isOurs =
        row.eventMac !== null
          ? isOursAsRead(this.key, row, row.eventMac)
          : row.admission !== null
            ? (await this.exceptions.mayHaveAdmitted()) && isAdmittedAsRead(this.key, row, row.admission)
            : row.position !== null
              ? row.position <= (await (formatEnd ??= this.endOfFirstFormat()))
              : mayLackMac(row, await (allowed ??= this.runOutside(() => this.exceptions.readAllowed())));
      if (!isOurs) (foreign ??= new Set()).add(row);
    }
    return foreign
      ? rows.map((row) => (foreign.has(row) ? { ...row, unreadable: foreignEventError(row) } : row))
      : rows;
  }

  private async endOfFirstFormat(): Promise<number> {
    if (this.firstFormatEnd !== undefined) return this.firstFormatEnd;
    const { through, problem } = await this.runOutside(() => this.firstFormat.read());
    if (problem === undefined && through > 0) this.firstFormatEnd = through;
    return through;
  }

  private runOutside<T>(query: () => Promise<T>): Promise<T> {
    return this.db.hasSentBegin() ? query() : this.db.outsideTransaction(query);
  }
}

const mayLackMac = ({ id }: RowWithMacs, { open, events }: Allowed): boolean => open || events.has(id);

const foreignEventError = ({ type, version }: RowWithMacs): EventBroken =>
  new EventBroken(type, version, 'was not appended by this shop');
