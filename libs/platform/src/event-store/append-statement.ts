import { statement, type Statement } from '#platform/database';
import { inboxDone, outboxInsert, timersCancelled, timersSet } from '#platform/messaging';

/** What an append carries beside its events; each combination is a statement of its own, so that none pays for another. */
export interface Parts {
  /** Exactly one event, as most have: it comes in plain values, which cost less than arrays. */
  readonly single: boolean;
  readonly account: boolean;
  readonly key: boolean;
  readonly cart: boolean;
  readonly portions: boolean;
  readonly messages: boolean;
  readonly claim: boolean;
  readonly timers: boolean;
}

const known: (Statement | undefined)[] = [];

const appended = 'exists (select from head)';

/**
 * Parameters: stream, expected version, metadata; id, type, schema version, data of the single event, or arrays of them;
 * then of the parts that are there:
 * account · key (caller, key, body hash, command, command id) · cart (id, version) · portions (ids, quantities) · messages · claim (seq, claimed by) ·
 * timers (to set, to cancel).
 *
 * Everything that is written hangs on `head`, the row that carries the expected version on to the new one: when it does
 * not come about, nothing is written and nothing is numbered. Numbers are drawn last, so that a refused key wastes none.
 */
export function appendStatement(parts: Parts): Statement {
  const { single, account, key, cart, portions, messages, claim, timers } = parts;
  const kind =
    +single + +key * 2 + +cart * 4 + +messages * 8 + +claim * 16 + +timers * 32 + +account * 64 + +portions * 128;
  return (known[kind] ??= statement(nameOf(parts), sql(parts)));
}

const nameOf = (parts: Parts): string =>
  ['append', ...Object.entries(parts).flatMap(([name, there]) => (there ? [name] : []))].join('-');

function sql(parts: Parts): string {
  let count = 7;
  const next = () => `$${++count}`;
  // Who closes the account locks this row: an append that waited for it sees it closed, whatever its snapshot says.
  const account =
    parts.account &&
    `insert into order_accounts as a (subject) values (${next()}::uuid)
    on conflict (subject) do update set orders = a.orders + 1 where a.closed_at is null returning 1`;
  const key =
    parts.key &&
    `insert into idempotency_keys (caller, key, body_hash, command, command_id, order_id)
    select ${next()}::text, ${next()}::text, ${next()}::text, ${next()}::text, ${next()}::uuid, $1::uuid
    from head returning 1`;
  const cart =
    parts.cart &&
    `insert into placed_carts (cart_id, cart_version, order_id)
    select ${next()}::uuid, ${next()}::int, $1::uuid from head returning 1`;
  // In the order of their ids, so that two orders of the same portions never wait for each other in a circle.
  const portions =
    parts.portions &&
    `insert into placed_portions (portion_id, quantity, order_id)
    select p.id, p.quantity, $1::uuid from head, unnest(${next()}::uuid[], ${next()}::int[]) as p(id, quantity)
    order by p.id returning 1`;
  const sent = parts.messages && outboxInsert(next(), appended);
  const [added, first, event] = parts.single
    ? ['1', '$4::uuid', `$4::uuid, $1::uuid, $2::int + 1, $5::text, $6::int, $7::jsonb`]
    : [
        'cardinality($4::uuid[])',
        '($4::uuid[])[1]',
        `e.id, $1::uuid, $2::int + e.n::int, e.type, e.schema_version, e.data`,
      ];
  const given = parts.single
    ? ''
    : `, unnest($4::uuid[], $5::text[], $6::int[], $7::jsonb[]) with ordinality as e(id, type, schema_version, data, n)`;
  const [seq, claimedBy] = parts.claim ? [`${next()}::bigint`, `${next()}::int`] : [];
  const timed = parts.timers && timersSet(next(), appended);
  const cancelled = parts.timers && timersCancelled(next(), appended);
  const steps: Record<string, string | false> = {
    claim:
      parts.claim &&
      `select seq from inbox where seq = ${seq} and claimed_by = ${claimedBy} and state = 'waiting' for update`,
    account,
    head: `insert into order_heads as h (order_id, version)
      select $1::uuid, $2::int + ${added}
      where ($2::int = 0 or exists (select from order_heads where order_id = $1::uuid))
        and not exists (select from order_events where id = ${first})
        ${parts.account ? 'and exists (select from account)' : ''}
        ${parts.claim ? 'and exists (select from claim)' : ''}
      on conflict (order_id) do update set version = excluded.version where h.version = $2::int
      returning version`,
    events: `insert into order_events
        (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp")
      select ${event}, $3::jsonb, statement_timestamp() from head${given}
      returning id, version`,
    key,
    cart,
    portions,
    pending: `insert into order_pending (event_id) select events.id
      from events${parts.key ? ', key' : ''}${parts.cart ? ', cart' : ''}
      ${parts.portions ? 'where (select count(*) from portions) > 0' : ''}${parts.single ? '' : ' order by events.version'}`,
    sent,
    timed,
    cancelled,
    done: parts.claim && inboxDone(`(select ${seq} from head)`, claimedBy!),
  };
  const written = Object.entries(steps).flatMap(([name, body]) => (body ? [`${name} as (${body})`] : []));
  return `with ${written.join(',\n')}
    select (select version from head) as version, statement_timestamp() as "timestamp"`;
}
