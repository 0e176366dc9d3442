import { statement, type Statement } from '#platform/database';
import { inboxDone, outboxInsert, timersCancelled, timersSet } from '#platform/messaging';

/** What an append carries beside its events; each combination is a statement of its own, so that none pays for another. */
export interface Parts {
  readonly key: boolean;
  readonly cart: boolean;
  readonly messages: boolean;
  readonly claim: boolean;
  readonly timers: boolean;
}

const known = new Map<string, Statement>();

const appended = 'exists (select from head)';

/**
 * Parameters: stream, expected version, ids, types, schema versions, data, metadata; then of the parts that are there:
 * key (caller, key, body hash, command, command id) · cart (id, version) · messages · claim (seq, claimed by) ·
 * timers (to set, to cancel).
 *
 * Everything that is written hangs on `head`, the row that carries the expected version on to the new one: when it does
 * not come about, nothing is written and nothing is numbered. Numbers are drawn last, so that a refused key wastes none.
 */
export function appendStatement(parts: Parts): Statement {
  const letters = Object.entries(parts).flatMap(([name, there]) => (there ? [name] : []));
  const name = ['append', ...letters].join('-');
  const made = known.get(name) ?? statement(name, sql(parts));
  known.set(name, made);
  return made;
}

function sql(parts: Parts): string {
  let count = 7;
  const next = () => `$${++count}`;
  const key =
    parts.key &&
    `insert into idempotency_keys (caller, key, body_hash, command, command_id, order_id)
    select ${next()}::text, ${next()}::text, ${next()}::text, ${next()}::text, ${next()}::uuid, $1::uuid
    from head returning 1`;
  const cart =
    parts.cart &&
    `insert into placed_carts (cart_id, cart_version, order_id)
    select ${next()}::uuid, ${next()}::int, $1::uuid from head returning 1`;
  const sent = parts.messages && outboxInsert(next(), appended);
  const [seq, claimedBy] = parts.claim ? [`${next()}::bigint`, `${next()}::int`] : [];
  const timed = parts.timers && timersSet(next(), appended);
  const cancelled = parts.timers && timersCancelled(next(), appended);
  const steps: Record<string, string | false> = {
    claim:
      parts.claim &&
      `select seq from inbox where seq = ${seq} and claimed_by = ${claimedBy} and state = 'waiting' for update`,
    head: `insert into order_heads as h (order_id, version)
      select $1::uuid, $2::int + cardinality($3::uuid[])
      where ($2::int = 0 or exists (select from order_heads where order_id = $1::uuid))
        and not exists (select from order_events where id = ($3::uuid[])[1])
        ${parts.claim ? 'and exists (select from claim)' : ''}
      on conflict (order_id) do update set version = excluded.version where h.version = $2::int
      returning version`,
    events: `insert into order_events
        (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp")
      select e.id, $1::uuid, $2::int + e.n::int, e.type, e.schema_version, e.data, $7::jsonb, statement_timestamp()
      from head, unnest($3::uuid[], $4::text[], $5::int[], $6::jsonb[])
        with ordinality as e(id, type, schema_version, data, n)
      returning id, version`,
    key,
    cart,
    pending: `insert into order_pending (event_id) select events.id
      from events${parts.key ? ', key' : ''}${parts.cart ? ', cart' : ''} order by events.version`,
    sent,
    timed,
    cancelled,
    done: parts.claim && inboxDone(`(select ${seq} from head)`, claimedBy!),
  };
  const written = Object.entries(steps).flatMap(([name, body]) => (body ? [`${name} as (${body})`] : []));
  return `with ${written.join(',\n')}
    select (select version from head) as version, statement_timestamp() as "timestamp"`;
}
