import type { Stand } from './stand';
import type { Till } from './street';

/** The locks of libs/database/src/leadership/session.ts. */
const LEAD = 0x53484f50;
const INSTANCE = LEAD + 1;

const held = (kind: number) => `pg_locks l where l.locktype = 'advisory' and l.classid = ${kind} and l.granted
  and l.database = (select oid from pg_database where datname = current_database())`;

/** The till that numbers events now; throws while nobody does. */
export async function leaderOf({ database, tills }: Stand): Promise<Till> {
  const [row] = await database.query<{ name: string }>(
    `select a.application_name as name from pg_stat_activity a where a.pid in (
       select l.pid from ${held(LEAD)} and l.objid::bigint = (hashtext('ordering sequencer')::bigint & 4294967295))`,
  );
  const till = tills.find(({ name }) => row?.name === name);
  if (!till) throw new Error('nobody leads');
  return till;
}

export const livingAt = async ({ database }: Stand): Promise<number> =>
  (await database.query<{ count: number }>(`select count(*)::int from ${held(INSTANCE)}`))[0].count;

/** How many leads are held, of all there are. */
export const leadsAt = async ({ database }: Stand): Promise<number> =>
  (await database.query<{ count: number }>(`select count(*)::int from ${held(LEAD)}`))[0].count;

export interface Writes {
  /** How often a till has given out positions or moved a checkpoint. */
  by(till: Till): Promise<number>;
  /** How many processes there are, as they see each other. */
  living(): Promise<number>;
}

/** Has the database itself note who numbers events and who moves checkpoints: that is for the leader alone. */
export async function watchWrites(stand: Stand): Promise<Writes> {
  const { database } = stand;
  await database.query(`
    create table public.leaders_writes (writer text not null, what text not null, at timestamptz not null default now());
    create function public.note_write() returns trigger language plpgsql security definer as $$
    begin
      insert into public.leaders_writes (writer, what) values (current_setting('application_name'), tg_table_name);
      return null;
    end $$;
    create trigger noted after insert on ordering.order_log for each row execute function public.note_write();
    create trigger noted after update on ordering.projection_checkpoints for each row execute function public.note_write()`);
  return {
    by: async ({ name }) =>
      (
        await database.query<{ count: number }>('select count(*)::int from public.leaders_writes where writer = $1', [
          name,
        ])
      )[0].count,
    living: () => livingAt(stand),
  };
}
