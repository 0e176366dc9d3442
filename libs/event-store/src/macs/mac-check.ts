import type { MacKey } from '#platform/macs';
import { netstrings } from '#platform/canonical';
import type { StoredEvent } from '../seals/chain';
import { isAdmitted, isOurs } from './event-mac';
import { findAdmissions, readFirstFormat, type FirstFormat } from './event-macs.store';
import type { StreamDatabase } from '../streams/stream-database';

/** The MAC of an event in hex; null for an event of format 1 or of an older build. */
export interface WithMac {
  readonly mac: string | null;
}

/** SQL column that is selected together with `canonicalColumns`. */
export const macColumn = `encode(e.mac, 'hex') as mac`;

const formatText = (through: number, drawn: number) => netstrings(['coffee-tea.event-format.1', through, drawn]);

/** Signs the last position of the events of format 1. */
export const formatMac = (key: MacKey, through: number, drawn: number): Buffer => key.of(formatText(through, drawn));

/** Whether the shop signed the last position of the events of format 1. */
export const isFormatSigned = (key: MacKey, { through, drawn, mac }: FirstFormat): boolean =>
  mac !== null && key.holds(formatText(through, drawn), Buffer.from(mac, 'hex'));

type PositionedEvent = StoredEvent & WithMac & { readonly position: number };

/** Checks the MACs of numbered events. */
export class MacCheck {
  /** Events up to this position were stored before there were MACs, so they may have none. */
  firstFormatEnd = 0;
  /** How many later events had no MAC, and were accepted because an older build had appended them. */
  admitted = 0;

  constructor(
    private readonly db: StreamDatabase,
    private readonly key: MacKey,
  ) {}

  /** What is wrong with the stored end of format 1; undefined if nothing is. */
  async readFirstFormatEnd(): Promise<string | undefined> {
    const format = await readFirstFormat(this.db);
    if (!format) return 'the position up to which events have no MAC is missing in the database';
    const { through, mac } = format;
    if (!isFormatSigned(this.key, format) && (mac !== null || through > 0))
      return `the database says that events up to position ${through} have no MAC, but this shop has not signed that`;
    this.firstFormatEnd = through;
    return undefined;
  }

  /** The events of a batch that the shop did not append, with the reason. Deleted events are skipped. */
  async findForeign<Event extends PositionedEvent>(
    rows: readonly Event[],
  ): Promise<readonly { row: Event; why: string }[]> {
    const withoutMac = rows.filter(
      ({ id, mac, position }) => id !== null && mac === null && position > this.firstFormatEnd,
    );
    const admissions = await findAdmissions(this.db, withoutMac.map(({ id }) => id)); // prettier-ignore
    return rows.flatMap((row) => {
      if (row.id === null || (row.mac === null && row.position <= this.firstFormatEnd)) return [];
      if (row.mac !== null) return isOurs(this.key, row, row.mac) ? [] : [{ row, why: 'its MAC is wrong' }];
      const admitted = admissions.get(row.id);
      if (admitted === undefined || !isAdmitted(this.key, row, admitted)) return [{ row, why: 'it has no MAC' }];
      this.admitted += 1;
      return [];
    });
  }
}
