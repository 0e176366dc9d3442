import { statement, type Statement } from '#database';
import { HANDED, markDoneSql, sentSql, cancelTimersSql, setTimersSql, type Way } from '#messaging';
import type { Guard, Guarded } from './guard';
import { NamedParameters } from './named-parameters';
import { named } from './table-names';

/**
 * What an append writes beside its events. Each combination has its own statement, so that an append does no work for
 * parts that it does not have.
 */
export interface Parts {
  /**
   * Whether there is exactly one event, as in most appends. Then the parameters are plain values, which cost less than
   * arrays.
   */
  readonly single: boolean;
  /** How the messages are sent, if there are any. */
  readonly messages?: Way | undefined;
  readonly claim: boolean;
  readonly timers: boolean;
}

/**
 * The values of the append itself, without the values of its guards. If there are several events, `id`, `type`,
 * `schemaVersion`, `data` and `mac` are arrays.
 */
export interface AppendValues {
  readonly streamId: string;
  readonly commandId: string;
  readonly expectedVersion: number;
  readonly metadata: string;
  readonly id: unknown;
  readonly type: unknown;
  readonly schemaVersion: unknown;
  readonly data: unknown;
  readonly mac: unknown;
  readonly messages?: string;
  readonly seq?: number;
  readonly messageId?: string | null;
  readonly claimedBy?: number;
  readonly timersToSet?: string;
  readonly timersToCancel?: string;
}

/** The statement for one combination of parts and guards. Each connection prepares it once. */
export interface AppendStatement {
  readonly sql: Statement;
  readonly guards: readonly Guard<object>[];
  readonly parameters: NamedParameters;
}

const APPEND = 'append';
const SHARED = { part: APPEND, names: ['streamId', 'commandId'] } as const;
const STEPS = [APPEND, 'claim', 'head', 'events', 'pending', 'sent', 'timed', 'cancelled', 'done'];
const LETTERS = { single: 's', claim: 'c', timers: 't' } as const;

const headMoved = 'exists (select from head)';

const statements = new Map<string, AppendStatement>();

/** The statement for an append, and its values in the order of the statement's parameters. */
export function appendStatement(
  parts: Parts,
  given: readonly Guarded[],
  own: AppendValues,
): { readonly sql: Statement; readonly values: unknown[] } {
  const { sql, parameters } = findOrPrepare(
    parts,
    given.map(({ guard }) => guard),
  );
  const values: Record<string, object> = { [APPEND]: own };
  for (const { guard, values: guardValues } of given) values[guard.name] = guardValues;
  return { sql, values: parameters.values(values) };
}

export function findOrPrepare(parts: Parts, guards: readonly Guard<object>[]): AppendStatement {
  const name = statementName(parts, guards);
  const prepared = statements.get(name) ?? prepareStatement(name, parts, guards);
  if (guards.some((guard, at) => guard !== prepared.guards[at]))
    throw new Error(`Two different guards have the same name. Rename one of them: ${name}`);
  return prepared;
}

const statementName = (parts: Parts, guards: readonly Guard<object>[]): string =>
  [
    'append-sending',
    parts.messages ?? 'none',
    Object.entries(LETTERS).reduce(
      (letters, [part, letter]) => letters + (parts[part as keyof Parts] ? letter : ''),
      '',
    ),
    ...guards.map(({ name }) => name),
  ].join('-');

function prepareStatement(name: string, parts: Parts, guards: readonly Guard<object>[]): AppendStatement {
  const names = [...STEPS, ...guards.map((guard) => guard.name)];
  if (new Set(names).size < names.length)
    throw new Error(`A guard has the name of another guard or of a step of the append. Rename it: ${names.join(', ')}`);
  const parameters = new NamedParameters();
  const prepared = { sql: statement(name, sql(parts, guards, parameters)), guards, parameters };
  statements.set(name, prepared);
  return prepared;
}

/**
 * The step `head` moves the stream from the expected version to the new version, and returns one row. Every other write
 * depends on this row, so without it nothing is written. Pending rows are inserted after the guards, so that a refused
 * append uses no sequence number.
 */
function sql(parts: Parts, guards: readonly Guard<object>[], parameters: NamedParameters): string {
  const own = parameters.ofPart<keyof AppendValues>(APPEND);
  const step = (guard: Guard<object>) => [guard.name, guard.sql(parameters.ofPart(guard.name, SHARED))] as const;
  const before = guards.filter(({ place }) => place === 'before');
  const after = guards.filter(({ place }) => place === 'after');
  const singleRowGuards = after.filter(({ rows = 'one' }) => rows === 'one').map(({ name }) => `, ${name}`);
  const severalRowGuards = after.filter(({ rows }) => rows === 'several');
  const eachHasRows = severalRowGuards.map(({ name }) => `(select count(*) from ${name}) > 0`).join(' and ');
  const stream = `${own.streamId}::uuid`;
  const expected = `${own.expectedVersion}::int`;
  const [added, first, event] = parts.single
    ? [
        '1',
        `${own.id}::uuid`,
        `${own.id}::uuid, ${stream}, ${expected} + 1, ${own.type}::text, ${own.schemaVersion}::int, ${own.data}::jsonb, ${own.mac}::bytea`,
      ]
    : [
        `cardinality(${own.id}::uuid[])`,
        `(${own.id}::uuid[])[1]`,
        `e.id, ${stream}, ${expected} + e.n::int, e.type, e.schema_version, e.data, e.mac`,
      ];
  const given = parts.single
    ? ''
    : `, unnest(${own.id}::uuid[], ${own.type}::text[], ${own.schemaVersion}::int[], ${own.data}::jsonb[], ${own.mac}::bytea[]) with ordinality as e(id, type, schema_version, data, mac, n)`;
  const claim = parts.claim && [`${own.seq}::bigint`, `${own.messageId}::uuid`, `${own.claimedBy}::int`];
  const [seq, messageId, claimedBy] = claim || [];
  const steps: readonly (readonly [name: string, body: string | false])[] = [
    [
      'claim',
      parts.claim &&
        `select seq from inbox where seq = ${seq} and message_id = ${messageId} and claimed_by = ${claimedBy} and state = 'waiting' for update`,
    ],
    ...before.map(step),
    [
      'head',
      `insert into ${named.heads} as h (${named.stream}, version)
      select ${stream}, ${expected} + ${added}
      where (${expected} = 0 or exists (select from ${named.heads} where ${named.stream} = ${stream}))
        and not exists (select from ${named.events} where id = ${first})
        ${before.map(({ name }) => `and exists (select from ${name})`).join(' ')}
        ${parts.claim ? 'and exists (select from claim)' : ''}
      on conflict (${named.stream}) do update set version = excluded.version where h.version = ${expected}
      returning version`,
    ],
    [
      'events',
      `insert into ${named.events}
        (id, ${named.stream}, version, event_type, schema_version, event_data, mac, metadata, "timestamp")
      select ${event}, ${own.metadata}::jsonb, statement_timestamp() from head${given}
      returning id, version`,
    ],
    ...after.map(step),
    [
      'pending',
      `insert into ${named.pending} (event_id) select events.id
      from events${singleRowGuards.join('')}
      ${eachHasRows && `where ${eachHasRows}`}${parts.single ? '' : ' order by events.version'}`,
    ],
    ['timed', parts.timers && setTimersSql(own.timersToSet, headMoved)],
    ['cancelled', parts.timers && cancelTimersSql(own.timersToCancel, headMoved)],
    ['done', parts.claim && markDoneSql(`(select ${seq} from head)`, messageId, claimedBy)],
  ];
  const definedSteps = steps.flatMap(([name, body]) => (body ? [`${name} as (${body})`] : []));
  if (parts.messages) definedSteps.push(sentSql(parts.messages, own.messages, headMoved));
  return `with ${definedSteps.join(',\n')}
    select (select version from head) as version, statement_timestamp() as "timestamp",
      ${parts.messages ? HANDED : 'null as handed'}`;
}
