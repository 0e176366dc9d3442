import { statement, type Database } from '#database';
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

// An instance that ended less than two minutes ago counts as alive, because it may have just written lines. A `seen_at`
// in the future is forged.
const OLDER_BUILDS = statement(
  'journal-older-builds',
  `select exists (
     select from journal_marks m join instances i on i.id = any(m.others)
     where m.journal = $1 and m.others_until > now() and i.seen_at between now() - interval '2 minutes' and now()) as others`,
);

/** True if an instance that ran at the migration is still alive, or ended just now. Its build makes no MACs. */
export const areOlderBuildsAlive = async (db: Database, journal: string): Promise<boolean> =>
  (await db.query<{ others: boolean }>(OLDER_BUILDS, [journal]))[0].others;

const SAVE_VERDICT = statement(
  'journal-check-keep',
  `insert into journal_checks (journal, result) values ($1, $2)
   on conflict (journal) do update set checked_at = now(), result = excluded.result`,
);

export const saveVerdict = (db: Database, verdict: JournalVerdict) =>
  db.query(SAVE_VERDICT, [verdict.journal, JSON.stringify(verdict)]);

const LAST_VERDICT = statement('journal-check-last', 'select result from journal_checks where journal = $1');

export const readSavedVerdict = async (db: Database, journal: string): Promise<JournalVerdict | undefined> =>
  (await db.query<{ result: JournalVerdict }>(LAST_VERDICT, [journal]))[0]?.result;
