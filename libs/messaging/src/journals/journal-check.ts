import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Database } from '#database';
import type { MacKey } from '#platform/macs';
import { netstrings } from '#platform/canonical';
import type { KeptJournal, StoredLine } from './journal';
import type { BadLine, JournalVerdict } from './journal-verdict';
import { journalMark, signJournal, type JournalMark } from './journal-marks.store';
import { lineHolds } from './line-mac';

const BATCH = 1_000;
/** The number of lines between two pauses. Each slice blocks the event loop for a few milliseconds. */
const SLICE = 100;
const KEPT = 100;
/** An old build that makes no MACs may run this long while a new build already makes them. */
const CHANGE_OF_BUILDS_MS = 24 * 60 * 60_000;

export type { BadLine, JournalVerdict } from './journal-verdict';

interface Check {
  /** True when all living processes make MACs. Then the number of lines without a MAC can be signed. */
  readonly closes: boolean;
  /** Stops the check between two slices. */
  readonly signal?: AbortSignal;
}

type Reach = Omit<JournalMark, 'mac'>;

const markForm = (journal: string, { through, lines }: Reach): string =>
  netstrings(['coffee-tea.journal-mark.1', journal, through ?? '', lines]);

const later = (one: string | null, other: string): string => (one === null || other > one ? other : one);

/**
 * Checks every line of a journal, in batches. It cannot find deleted lines, because a MAC covers only one line.
 */
export async function checkJournal(
  db: Database,
  key: MacKey,
  journal: KeptJournal,
  check: Check,
): Promise<JournalVerdict> {
  const mark = await journalMark(db, journal.name);
  const walk = new Walk(key, journal.name, mark);
  let after: StoredLine['place'] | undefined;
  for (let more = true; more;) {
    const rows = await journal.next(db, after, BATCH);
    for (let first = 0; first < rows.length; first += SLICE) {
      check.signal?.throwIfAborted();
      if (first > 0) await yieldToEventLoop();
      for (const row of rows.slice(first, first + SLICE)) walk.look(row);
    }
    after = rows.at(-1)?.place;
    more = rows.length === BATCH;
  }
  const reach = walk.end(check.closes);
  if (reach) await signJournal(db, journal.name, reach, key.of(markForm(journal.name, reach)));
  return walk.verdict(reach !== undefined);
}

class Walk {
  private readonly findings: BadLine[] = [];
  private found = 0;
  private lines = 0;
  private before: { lines: number; through: string | null } = { lines: 0, through: null };
  private firstMarked: string | undefined;
  /** The signed number of lines without a MAC. Undefined before it is signed. */
  private readonly signed: Reach | undefined;

  constructor(
    private readonly key: MacKey,
    private readonly journal: string,
    mark: JournalMark | undefined,
  ) {
    if (mark?.mac === null) return;
    const holds = mark && key.holds(markForm(journal, mark), Buffer.from(mark.mac, 'hex'));
    if (!mark) this.bad(null, null, 'it is not stored any more how many lines have no MAC');
    else if (!holds) this.bad(null, null, `nobody of this shop has signed that ${mark.lines} lines have no MAC`);
    this.signed = holds ? mark : { through: null, lines: 0 };
  }

  look({ mac, line, name, about, at, doubt }: StoredLine): void {
    this.lines += 1;
    if (mac !== null) {
      if (this.firstMarked === undefined || at < this.firstMarked) this.firstMarked = at;
      if (!lineHolds(this.key, line, mac)) this.bad(name, about, 'it is not as this shop wrote it: its MAC is wrong');
      else if (doubt !== null) this.bad(name, about, doubt);
    } else if (this.signed && (this.signed.through === null || at > this.signed.through))
      this.bad(name, about, 'this shop did not write it: it has no MAC');
    else this.before = { lines: this.before.lines + 1, through: later(this.before.through, at) };
  }

  /** Returns the number of lines without a MAC if it must be signed now. */
  end(closes: boolean): Reach | undefined {
    const { lines, through } = this.before;
    if (this.signed) {
      const more = lines - this.signed.lines;
      if (more > 0) this.bad(null, null, `${more} lines without a MAC were added to those of before`);
      return undefined;
    }
    if (!closes) return undefined;
    if (through !== null && this.firstMarked !== undefined && isMuchLater(through, this.firstMarked)) {
      this.bad(
        null,
        null,
        `lines without a MAC were written until ${through}, and the first with one is of ${this.firstMarked}`,
      );
      return undefined;
    }
    return { lines, through };
  }

  verdict(signedNow: boolean): JournalVerdict {
    const { journal, lines, found, findings } = this;
    const before = { ...this.before, signed: signedNow || this.signed !== undefined };
    return { journal, ok: found === 0, lines, before, found, findings };
  }

  private bad(line: string | null, about: string | null, message: string): void {
    this.found += 1;
    if (this.findings.length < KEPT) this.findings.push({ line, about, message });
  }
}

/** An invalid date counts as later than any date. */
const isMuchLater = (one: string, other: string): boolean =>
  !(Date.parse(one) - Date.parse(other) <= CHANGE_OF_BUILDS_MS);
