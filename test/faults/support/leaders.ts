import type { FaultShop } from './fault-shop';
import type { ShopProcess } from './shop-server';

/** The locks of libs/database/src/leadership/session.ts. */
const LEAD = 0x53484f50;
const INSTANCE = LEAD + 1;

const heldLocks = (kind: number) => `pg_locks l where l.locktype = 'advisory' and l.classid = ${kind} and l.granted
  and l.database = (select oid from pg_database where datname = current_database())`;

/** The process that runs the sequencer now. Throws if there is none. */
export async function leaderOf({ database, processes: shopProcesses }: FaultShop): Promise<ShopProcess> {
  const [row] = await database.query<{ name: string }>(
    `select a.application_name as name from pg_stat_activity a where a.pid in (
       select l.pid from ${heldLocks(LEAD)} and l.objid::bigint = (hashtext('ordering sequencer')::bigint & 4294967295))`,
  );
  const shopProcess = shopProcesses.find(({ name }) => row?.name === name);
  if (!shopProcess) throw new Error('no process runs the sequencer');
  return shopProcess;
}

export const countInstances = async ({ database }: FaultShop): Promise<number> =>
  (await database.query<{ count: number }>(`select count(*)::int from ${heldLocks(INSTANCE)}`))[0].count;

/** How many jobs have a leader now. */
export const countLeaders = async ({ database }: FaultShop): Promise<number> =>
  (await database.query<{ count: number }>(`select count(*)::int from ${heldLocks(LEAD)}`))[0].count;

export interface Writes {
  /** How often a process has numbered events or moved a checkpoint. */
  by(shopProcess: ShopProcess): Promise<number>;
  /** How many processes are alive, as the shop counts them. */
  living(): Promise<number>;
}

/**
 * Adds triggers that record which process numbers events and moves checkpoints. Only the leader is allowed to do this.
 */
export async function watchWrites(faultShop: FaultShop): Promise<Writes> {
  const { database } = faultShop;
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
    living: () => countInstances(faultShop),
  };
}
