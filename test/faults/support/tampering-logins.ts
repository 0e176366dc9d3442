import { connect } from '../../../libs/database/src/pool/connection';
import { query } from './what-is-left';

export const logins = ['superuser', 'owner', 'context'] as const;
/** `superuser`: of the server. `owner`: has the roles that own the schemas. `context`: has the role of one context. */
export type Login = (typeof logins)[number];
export type Schema = 'ordering' | 'audit' | 'privacy';

/** Runs a statement. If the database refuses it, returns no rows and adds the error to `Attempt.refused`. */
export type Run = <Row extends object>(sql: string, values?: unknown[]) => Promise<Row[]>;

export interface Attempt {
  /** The error messages of the database, without repetitions. */
  readonly refused: readonly string[];
  /** How many statements changed or added rows. */
  readonly done: number;
}

const schemas: readonly Schema[] = ['ordering', 'audit', 'privacy'];
const PASSWORD = 'tampering';
/** A `select` that calls a function which writes. Such a call counts as done. */
const CALLS = /^select number_events\(/;

/** The database logins with which the tests change data, as somebody with a stolen password would. */
export class TamperingLogins {
  private readonly owner = `tampering_owner_${process.pid}`;

  private constructor(private readonly server: string) {}

  static async create(server: string): Promise<TamperingLogins> {
    const created = new TamperingLogins(server);
    const roles = [[created.owner, schemas.map((name) => `shop_${name}_owner`).join(', ')]];
    for (const schema of schemas) roles.push([created.ofContext(schema), `shop_${schema}`]);
    for (const [name, groups] of roles)
      await query(server, `create role ${name} login password '${PASSWORD}'; grant ${groups} to ${name}`);
    return created;
  }

  async drop(): Promise<void> {
    await query(
      this.server,
      `drop role if exists ${[this.owner, ...schemas.map((name) => this.ofContext(name))].join(', ')}`,
    );
  }

  /** Runs the work with a login. Superuser and owner first disable the triggers; the owner also grants rights. */
  async as(login: Login, database: string, schema: Schema, work: (run: Run) => Promise<void>): Promise<Attempt> {
    const user = login === 'owner' ? this.owner : this.ofContext(schema);
    const url = login === 'superuser' ? database : database.replace(/\/\/.*@/, `//${user}:${PASSWORD}@`);
    const client = await connect(url, 'tampering', { settings: { search_path: schema } });
    const refused = new Set<string>();
    let done = 0;
    const query: Run = async <Row extends object>(sql: string, values?: unknown[]) => {
      const result = await client.query<Row & Record<string, unknown>>(sql, values);
      if (result.command !== 'SELECT' || CALLS.test(sql)) done += result.rowCount ?? 0;
      return result.rows as Row[];
    };
    const rememberingErrors: Run = (sql, values) =>
      query<never>(sql, values).catch((error: Error) => {
        refused.add(error.message);
        return [];
      });
    try {
      if (login === 'context') await work(rememberingErrors);
      else await inOneTransaction(query, login, schema, work);
    } finally {
      await client.end();
    }
    return { refused: [...refused], done };
  }

  private ofContext(schema: Schema): string {
    return `tampering_${schema}_${process.pid}`;
  }
}

async function inOneTransaction(
  run: Run,
  login: 'superuser' | 'owner',
  schema: Schema,
  work: (run: Run) => Promise<void>,
) {
  await run('begin');
  const guards = login === 'superuser' ? undefined : await guardsOf(run, schema);
  if (guards) for (const sql of guards.off) await run(sql);
  else await run('set local session_replication_role = replica');
  await work(run);
  if (guards) for (const sql of guards.on) await run(sql);
  await run('commit');
}

/** `off`: statements with which the owner disables triggers and gets rights. `on`: statements that undo `off`. */
async function guardsOf(run: Run, schema: Schema) {
  const rows = await run<{ name: string }>(
    `select distinct c.relname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where not t.tgisinternal and c.relnamespace = $1::regnamespace order by 1`,
    [schema],
  );
  const each = (sql: (table: string) => string) => rows.map(({ name }) => sql(name));
  const rights = (words: string) => (table: string) => `${words.replace('TABLE', table)} shop_${schema}_owner`;
  return {
    off: [
      ...each((table) => `alter table ${table} disable trigger user`),
      ...each(rights('grant update, delete, truncate on TABLE to')),
    ],
    on: [
      ...each((table) => `alter table ${table} enable trigger user`),
      ...each(rights('revoke update, delete, truncate on TABLE from')),
    ],
  };
}
