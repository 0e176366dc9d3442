import type { MacKey } from '#platform/macs';
import type { StoredEvent } from '../seals/chain';
import { isAdmitted, isOurs } from './event-mac';
import { findAdmissions } from './event-macs.store';
import { FirstFormat } from './first-format';
import { MacExceptions } from './mac-exceptions';
import { MacMemory } from './mac-memory';
import type { StreamDatabase } from '../streams/stream-database';

/** The MAC of an event in hex; null for an event of format 1 or of an older build. */
export interface WithMac {
  readonly mac: string | null;
}

/** A column for SQL queries that also select `canonicalColumns`. */
export const macColumn = `encode(e.mac, 'hex') as mac`;

type PositionedEvent = StoredEvent & WithMac & { readonly position: number };

const MOST_LISTED = 100;

/** Checks the MACs of numbered events. */
export class MacCheck {
  /** Events up to this position were stored before MACs were introduced, so they can be without a MAC. */
  firstFormatEnd = 0;
  /** The number of later events without a MAC that were accepted, because an older build had appended them. */
  admitted = 0;
  /** The positions of the first 100 of these events. */
  readonly admittedPositions: number[] = [];
  private readonly firstFormat: FirstFormat;
  private readonly exceptions: MacExceptions;

  constructor(
    private readonly db: StreamDatabase,
    private readonly key: MacKey,
    memory = new MacMemory(),
  ) {
    this.firstFormat = new FirstFormat(db, key, memory);
    this.exceptions = new MacExceptions(db, key, memory);
  }

  /** Reads where format 1 ends. Returns what is wrong with the stored end; undefined if the stored end is correct. */
  async readFirstFormatEnd(): Promise<string | undefined> {
    const { through, problem } = await this.firstFormat.read();
    this.firstFormatEnd = through;
    return problem;
  }

  /**
   * The events of a batch that the shop did not append; `why` says what is wrong with the MAC. Deleted events are
   * skipped.
   */
  async findForeign<Event extends PositionedEvent>(
    rows: readonly Event[],
  ): Promise<readonly { row: Event; why: string }[]> {
    const withoutMac = rows.filter(
      ({ id, mac, position }) => id !== null && mac === null && position > this.firstFormatEnd,
    );
    const admissions = await findAdmissions(this.db, withoutMac.map(({ id }) => id)); // prettier-ignore
    const mayBeAdmitted = admissions.size > 0 && (await this.exceptions.mayHaveAdmitted());
    return rows.flatMap((row) => {
      if (row.id === null || (row.mac === null && row.position <= this.firstFormatEnd)) return [];
      if (row.mac !== null) return isOurs(this.key, row, row.mac) ? [] : [{ row, why: 'its MAC is wrong' }];
      const admitted = mayBeAdmitted ? admissions.get(row.id) : undefined;
      if (admitted === undefined || !isAdmitted(this.key, row, admitted)) return [{ row, why: 'it has no MAC' }];
      this.admitted += 1;
      if (this.admittedPositions.length < MOST_LISTED) this.admittedPositions.push(row.position);
      return [];
    });
  }
}
