import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Database } from '#database';
import type { MacKey } from '#platform/macs';
import { netstrings } from '#platform/canonical';
import type { KeptJournal, StoredLine } from './journal';
import type { BadLine, JournalVerdict } from './journal-verdict';
import type { MarkMemory } from './mark-memory';
import { readMark, signJournal, type JournalMark, type LinesWithoutMac } from './journal-marks.store';
import { isLineMacValid } from './line-mac';

const BATCH = 1_000;
/** The number of lines between two pauses. Each slice blocks the event loop for a few milliseconds. */
const SLICE = 100;
const MAX_FINDINGS = 100;
const WRONG_MAC = 'its MAC is wrong: the line was changed, or another program wrote it';
const NO_MAC = 'it has no MAC: this shop did not write it';
/** For this long, an old build without MACs is allowed to run beside a new build that makes MACs. */
const CHANGE_OF_BUILDS_MS = 24 * 60 * 60_000;

export type { BadLine, JournalVerdict } from './journal-verdict';

interface CheckOptions {
  /** True if all living processes make MACs. Then the number of lines without a MAC is signed. */
  readonly maySign: boolean;
  /** The lines without a MAC, as they are remembered outside of the database. */
  readonly memory?: MarkMemory;
  /** Stops the check between two slices. */
  readonly signal?: AbortSignal;
}

/** The text that the MAC of a `JournalMark` covers. */
const markText = (journal: string, { through, lines }: LinesWithoutMac): string =>
  netstrings(['coffee-tea.journal-mark.1', journal, through ?? '', lines]);

/** True if the shop signed the number of lines without a MAC. */
const isMarkSigned = (key: MacKey, journal: string, mark: JournalMark): boolean =>
  mark.mac !== null && key.holds(markText(journal, mark), Buffer.from(mark.mac, 'hex'));

/** True if `one` allows lines without a MAC that `other` does not allow. */
const allowsMore = (one: LinesWithoutMac, other: LinesWithoutMac): boolean =>
  one.lines > other.lines || (one.through !== null && (other.through === null || one.through > other.through));

const latest = (one: string | null, other: string): string => (one === null || other > one ? other : one);

/**
 * Checks every line of a journal, in batches. It cannot find deleted lines, because a MAC covers only one line.
 */
export async function checkJournal(
  db: Database,
  key: MacKey,
  journal: KeptJournal,
  { maySign, memory, signal }: CheckOptions,
): Promise<JournalVerdict> {
  const mark = await readMark(db, journal.name);
  const check = new JournalCheck(key, journal.name, mark, await memory?.read());
  let after: StoredLine['place'] | undefined;
  for (let more = true; more;) {
    const rows = await journal.next(db, after, BATCH);
    for (let first = 0; first < rows.length; first += SLICE) {
      signal?.throwIfAborted();
      if (first > 0) await yieldToEventLoop();
      for (const row of rows.slice(first, first + SLICE)) check.checkLine(row);
    }
    after = rows.at(-1)?.place;
    more = rows.length === BATCH;
  }
  check.checkLinesWithoutMac();
  const toSign = maySign ? check.linesToSign() : undefined;
  if (toSign) await signJournal(db, journal.name, toSign, key.of(markText(journal.name, toSign)));
  if (maySign && memory) await rememberMark(db, key, journal.name, memory);
  return check.makeVerdict(toSign !== undefined);
}

/** Remembers the number of lines without a MAC if it is signed. A remembered number is never replaced. */
export async function rememberMark(db: Database, key: MacKey, journal: string, memory: MarkMemory): Promise<void> {
  const known = await memory.read();
  if (known) return memory.keep(known); // writes the file again if it is missing
  const mark = await readMark(db, journal);
  if (mark && isMarkSigned(key, journal, mark)) await memory.keep({ through: mark.through, lines: mark.lines });
}

/** Collects the findings about one journal while its lines are read. */
class JournalCheck {
  private readonly findings: BadLine[] = [];
  private findingCount = 0;
  private lineCount = 0;
  private withoutMac: LinesWithoutMac = { lines: 0, through: null };
  /** When the first line with a MAC was written. */
  private firstMacAt: string | undefined;
  /** The lines that are allowed to have no MAC. Undefined if nothing is signed or remembered yet. */
  private readonly allowed: LinesWithoutMac | undefined;
  private readonly isSigned: boolean;

  constructor(
    private readonly key: MacKey,
    private readonly journal: string,
    mark: JournalMark | undefined,
    known: LinesWithoutMac | undefined,
  ) {
    this.isSigned = mark?.mac !== null;
    this.allowed = known;
    if (mark?.mac === null) return;
    const isValid = mark && isMarkSigned(key, journal, mark);
    if (!mark) this.addFinding(null, null, 'the row in journal_marks is missing: it says how many lines have no MAC');
    else if (!isValid)
      this.addFinding(
        null,
        null,
        `journal_marks says that ${mark.lines} lines have no MAC, but its signature is wrong`,
      );
    else if (known && allowsMore(mark, known))
      this.addFinding(null, null, `journal_marks says that ${mark.lines} lines have no MAC, but only ${known.lines} had none`); // prettier-ignore
    else this.allowed = mark;
    this.allowed ??= { through: null, lines: 0 };
  }

  checkLine({ mac, line, name, about, at, problem }: StoredLine): void {
    this.lineCount += 1;
    if (mac !== null) {
      if (this.firstMacAt === undefined || at < this.firstMacAt) this.firstMacAt = at;
      if (!isLineMacValid(this.key, line, mac)) this.addFinding(name, about, WRONG_MAC);
      else if (problem !== null) this.addFinding(name, about, problem);
    } else if (this.allowed && (this.allowed.through === null || at > this.allowed.through))
      this.addFinding(name, about, NO_MAC);
    else this.withoutMac = { lines: this.withoutMac.lines + 1, through: latest(this.withoutMac.through, at) };
  }

  /** Call this after the last line. Finds lines without a MAC that were added after their number was signed. */
  checkLinesWithoutMac(): void {
    const added = this.allowed ? this.withoutMac.lines - this.allowed.lines : 0;
    if (added > 0)
      this.addFinding(null, null, `lines without a MAC were added after their number was signed: ${added}`);
  }

  /** Call this after the last line. Undefined if the lines without a MAC are signed already, or must not be signed. */
  linesToSign(): LinesWithoutMac | undefined {
    if (this.isSigned) return undefined;
    // Once a number is remembered, a larger number is never signed. A smaller number can come from an older backup.
    if (this.allowed) return allowsMore(this.withoutMac, this.allowed) ? undefined : this.withoutMac;
    const { through } = this.withoutMac;
    if (through !== null && this.firstMacAt !== undefined && isOverADayLater(through, this.firstMacAt)) {
      this.addFinding(
        null,
        null,
        `a line without a MAC was written at ${through}, more than a day after the first line with a MAC (${this.firstMacAt})`,
      );
      return undefined;
    }
    return this.withoutMac;
  }

  makeVerdict(isSignedNow: boolean): JournalVerdict {
    const { journal, lineCount: lines, findingCount: found, findings } = this;
    const before = { ...this.withoutMac, signed: isSignedNow || this.isSigned };
    return { journal, ok: found === 0, lines, before, found, findings };
  }

  private addFinding(line: string | null, about: string | null, message: string): void {
    this.findingCount += 1;
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ line, about, message });
  }
}

/** An invalid date counts as later than any date. */
const isOverADayLater = (one: string, other: string): boolean =>
  !(Date.parse(one) - Date.parse(other) <= CHANGE_OF_BUILDS_MS);
