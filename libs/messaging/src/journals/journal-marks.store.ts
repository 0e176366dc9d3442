import { statement, type Database } from '#database';
import { canonicalJson, netstrings } from '#platform/canonical';
import { isMacOf, type MacKey } from '#platform/macs';
import type { JournalVerdict } from './journal-verdict';
import { exactly } from './journal';

/** The lines from before the MACs were introduced. */
export interface LinesWithoutMac {
  /** When the last of these lines was written, in ISO 8601 to the microsecond. Null if there are none. */
  readonly through: string | null;
  /** The number of these lines. */
  readonly lines: number;
}

/** A journal's row in `journal_marks`. A journal has one row. */
export interface JournalMark extends LinesWithoutMac {
  /** In hex. Null until the number of lines without a MAC is signed. */
  readonly mac: string | null;
}

const SELECT_MARK = statement(
  'journal-mark',
  `select ${exactly('through')} as through, coalesce(lines, 0) as lines, encode(mac, 'hex') as mac
   from journal_marks where journal = $1`,
);

export const readMark = async (db: Database, journal: string): Promise<JournalMark | undefined> =>
  (await db.query<JournalMark>(SELECT_MARK, [journal]))[0];

export const signJournal = (db: Database, journal: string, { through, lines }: LinesWithoutMac, mac: Buffer) =>
  db.query('select sign_journal($1, $2::timestamptz, $3::bigint, $4::bytea)', [journal, through, lines, mac]);

// An instance that ended less than two minutes ago counts as alive, because perhaps it has just written lines. A
// `seen_at` in the future is forged.
const OLDER_BUILDS = statement(
  'journal-older-builds',
  `select exists (
     select from journal_marks m join instances i on i.id = any(m.others)
     where m.journal = $1 and m.others_until > now() and i.seen_at between now() - interval '2 minutes' and now()) as others`,
);

/** True if an instance that ran at the migration is still alive, or ended just now. Its build makes no MACs. */
export const areOlderBuildsAlive = async (db: Database, journal: string): Promise<boolean> =>
  (await db.query<{ others: boolean }>(OLDER_BUILDS, [journal]))[0].others;

/** The stored result of a check. */
export interface StoredVerdict {
  readonly verdict: JournalVerdict;
  /** When it was stored, in microseconds since 1970 by the clock of the database. */
  readonly micros: string;
}

const verdictText = (journal: string, { verdict, micros }: StoredVerdict): string =>
  netstrings(['coffee-tea.journal-check.1', journal, micros, canonicalJson(verdict)]);

const micros = `trunc(extract(epoch from checked_at) * 1000000)::text as micros`;

const SAVE_VERDICT = statement(
  'journal-check-save',
  `insert into journal_checks (journal, result) values ($1, $2)
   on conflict (journal) do update set checked_at = now(), result = excluded.result, mac = null
   returning ${micros}`,
);

const SIGN_VERDICT = statement('journal-check-sign', 'update journal_checks set mac = $2 where journal = $1');

/** Stores the result with a MAC, because the role that writes the journal also writes this table. */
export const saveVerdict = (db: Database, key: MacKey, given: JournalVerdict): Promise<StoredVerdict> =>
  db.transaction(async () => {
    const text = JSON.stringify(given);
    const verdict = JSON.parse(text) as JournalVerdict;
    const [row] = await db.query<{ micros: string }>(SAVE_VERDICT, [verdict.journal, text]);
    const stored = { verdict, micros: row.micros };
    await db.query(SIGN_VERDICT, [verdict.journal, key.of(verdictText(verdict.journal, stored))]);
    return stored;
  });

const LAST_VERDICT = statement(
  'journal-check-read',
  `select result as verdict, ${micros}, mac from journal_checks where journal = $1`,
);

/** Undefined if there is no result, or if its MAC is wrong. */
export async function readSavedVerdict(db: Database, key: MacKey, journal: string): Promise<StoredVerdict | undefined> {
  const [row] = await db.query<StoredVerdict & { mac: Buffer | null }>(LAST_VERDICT, [journal]);
  return row && isMacOf(key, () => verdictText(journal, row), row.mac) ? row : undefined;
}
