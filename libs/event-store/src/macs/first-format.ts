import { Logger } from '@nestjs/common';
import { netstrings } from '#platform/canonical';
import type { MacKey } from '#platform/macs';
import type { StreamDatabase } from '../streams/stream-database';
import { isImpossibleEnd, readFirstFormat, signFirstFormat, type StoredFormat } from './event-macs.store';
import type { FormatEnd, MacMemory } from './mac-memory';

const formatText = ({ through, drawn }: FormatEnd) => netstrings(['coffee-tea.event-format.1', through, drawn]);

/** Whether the shop signed the end of format 1. */
export const isFormatSigned = (key: MacKey, format: StoredFormat): boolean =>
  format.mac !== null && key.holds(formatText(format), Buffer.from(format.mac, 'hex'));

const isLater = (one: FormatEnd, other: FormatEnd): boolean => one.through > other.through || one.drawn > other.drawn;

/**
 * Knows where format 1 ends. Events of format 1 were stored before MACs were introduced, so they can be without a MAC.
 */
export class FirstFormat {
  private readonly log = new Logger('EventStore');

  constructor(
    private readonly db: StreamDatabase,
    private readonly key: MacKey,
    private readonly memory: MacMemory,
  ) {}

  /**
   * Signs the end of format 1 if it is not signed yet, and remembers it. After that, a later end is never signed. An
   * earlier end can still be signed, because a restored backup can contain it.
   */
  async sign(): Promise<void> {
    const format = await readFirstFormat(this.db);
    if (!format)
      return this.log.error('the position up to which events have no MAC is missing in the database: verify the log');
    if (format.mac === null) {
      const { through } = format;
      const known = await this.memory.firstFormat.read();
      if (known ? isLater(format, known) : await isImpossibleEnd(this.db, through))
        return this.log.error(
          `the database says that events up to position ${through} have no MAC, but that is not true: verify the log`,
        );
      await signFirstFormat(this.db, this.key.of(formatText(format)));
    }
    await this.remember();
  }

  /** Remembers the end of format 1 if the shop has signed it. The first remembered end is never replaced. */
  async remember(): Promise<void> {
    const known = await this.memory.firstFormat.read();
    if (known) return this.memory.firstFormat.keep(known); // writes the file again if it is missing
    const format = await readFirstFormat(this.db);
    if (!format || !isFormatSigned(this.key, format)) return;
    const { through, drawn } = format;
    if (through > 0) this.log.log(`from now on it is remembered that the events up to position ${through} have no MAC`);
    await this.memory.firstFormat.keep({ through, drawn });
  }

  /** Events up to `through` can be without a MAC. If the end in the database is wrong, `problem` says why. */
  async read(): Promise<{ readonly through: number; readonly problem?: string }> {
    const format = await readFirstFormat(this.db);
    const known = await this.memory.firstFormat.read();
    const through = known?.through ?? 0;
    if (!format) return { through, problem: 'the position up to which events have no MAC is missing in the database' };
    const stored = `the database says that events up to position ${format.through} have no MAC, but`;
    if (!isFormatSigned(this.key, format)) {
      if (format.mac === null && format.through === 0) return { through };
      return { through, problem: `${stored} this shop has not signed that` };
    }
    if (known && isLater(format, known)) return { through, problem: `${stored} they end at position ${through}` };
    return { through: format.through };
  }
}
