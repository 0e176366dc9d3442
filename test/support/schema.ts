import type { TestDatabase } from './test-database';

const IN_SHOP_SCHEMAS = `n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'public')`;
const rightsOf = (acl: string, kind: string, owner: string): string =>
  `(select string_agg(distinct r.grantee::regrole::text || ':' || r.privilege_type, ' ' order by r.grantee::regrole::text || ':' || r.privilege_type)
    from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) r where r.grantee <> 0)`;

/** For each kind of definition in the shop's schemas, a query that returns rows of (name, definition). */
const parts: Readonly<Record<string, string>> = {
  schema: `select n.nspname, concat_ws(' ', n.nspowner::regrole::text, ${rightsOf('n.nspacl', 'n', 'n.nspowner')}) from pg_namespace n where ${IN_SHOP_SCHEMAS}`,
  table: `select n.nspname || '.' || c.relname, concat_ws(' ', c.relkind, c.relowner::regrole::text, c.reloptions::text,
      ${rightsOf('c.relacl', 'r', 'c.relowner')}, obj_description(c.oid, 'pg_class'))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${IN_SHOP_SCHEMAS} and c.relkind in ('r', 'p', 'v', 'm', 'S')`,
  column: `select n.nspname || '.' || c.relname || '.' || lpad(a.attnum::text, 2, '0') || ' ' || a.attname,
      concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
        nullif(a.attidentity::text, ''), nullif(a.attgenerated::text, ''), pg_get_expr(d.adbin, d.adrelid), nullif(a.attstattarget::text, '-1'),
        a.attacl::text, col_description(c.oid, a.attnum))
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where ${IN_SHOP_SCHEMAS} and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped`,
  constraint: `select n.nspname || '.' || c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where ${IN_SHOP_SCHEMAS} and k.contype <> 'n'`,
  index: `select n.nspname || '.' || c.relname, pg_get_indexdef(c.oid)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${IN_SHOP_SCHEMAS} and c.relkind = 'i'`,
  trigger: `select n.nspname || '.' || c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where ${IN_SHOP_SCHEMAS} and not t.tgisinternal`,
  function: `select n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
      concat_ws(' ', p.proowner::regrole::text, ${rightsOf('p.proacl', 'f', 'p.proowner')}, 'of all: ' ||
        exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) r where r.grantee = 0),
        regexp_replace(pg_get_functiondef(p.oid), '\\s+', ' ', 'g'), obj_description(p.oid, 'pg_proc'))
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${IN_SHOP_SCHEMAS}`,
};

/** Everything that the migrations define in this database, as lines. Their order is the same on every server. */
export async function schemaOf(database: TestDatabase): Promise<string> {
  const lines: string[] = [];
  for (const [kind, sql] of Object.entries(parts)) {
    const rows = await database.admin<{ name: string; definition: string }>(
      `select name, definition from (${sql}) as found (name, definition)`,
    );
    lines.push(...rows.map(({ name, definition }) => `${kind} ${name}: ${definition.replaceAll('\n', ' ')}`).sort());
  }
  return `${lines.join('\n')}\n`;
}
