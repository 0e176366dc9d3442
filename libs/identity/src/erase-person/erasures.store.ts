import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import type { ErasedSubject } from '#platform/privacy';
import { erasureOf, erasureParts, type Erasure } from './erasure';

type Kind = Erasure['kind'];

interface Row {
  id: Uuid;
  subject: Uuid;
  kind: Kind;
  asked_at: Date;
  answered_at: Record<string, string>;
}

const erasureFromRow = ({ id, subject, kind, asked_at, answered_at }: Row): Erasure =>
  erasureOf({ id, subject, kind, askedAt: asked_at.toISOString() }, answered_at);

const selectErasure = `select e.id, e.subject, e.kind, e.asked_at,
    coalesce((select jsonb_object_agg(p.context, to_char(p.done_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
              from erasure_parts p where p.erasure_id = e.id), '{}') as answered_at
  from erasures e`;

const REQUEST = statement(
  'erasure-ask',
  `insert into erasures as e (id, subject, kind) values ($1, $2, $3)
   on conflict (subject) do update set asks = e.asks + 1, tried_at = now()
   returning id, asks, begun_at is not null as begun`,
);
// Deletes the row of a refused request. `asks` must be unchanged: otherwise a newer request uses the row.
const WITHDRAW = statement(
  'erasure-take-back',
  'delete from erasures where subject = $1 and begun_at is null and asks = $2',
);
const BEGIN = statement(
  'erasure-begin',
  `insert into erasures as e (id, subject, kind, begun_at) values ($1, $2, $3, now())
   on conflict (subject) do update set begun_at = now() where e.begun_at is null returning id`,
);
const CLAIM_INTERRUPTED = statement(
  'erasures-unbegun',
  `update erasures set tried_at = now() where id in (
     select id from erasures where begun_at is null and tried_at < now() - $1 * interval '1 second'
     order by tried_at limit 10 for update skip locked) returning id, subject, kind, asks`,
);
const LIST_BEGUN = statement(
  'erasures-begun',
  'select subject, kind from erasures where begun_at is not null order by asked_at',
);
const REQUESTED_AMONG = statement('erasures-among', 'select subject from erasures where subject = any($1::uuid[])');
const UNDER_WAY = statement(
  'erasures-under-way',
  `select subject from erasures e
   where (select count(*) from erasure_parts p where p.erasure_id = e.id) < $1 or e.begun_at is null`,
);
const RESTART = statement(
  'erasure-again',
  `with again as (
     insert into erasures as e (id, subject, kind, begun_at) values ($1, $2, $3, now())
     on conflict (subject) do update set begun_at = coalesce(e.begun_at, now()), tried_at = now() returning id),
   undone as (delete from erasure_parts p using again a where p.erasure_id = a.id)
   select id from again`,
);
const MARK_PART_DONE = statement(
  'erasure-part',
  `insert into erasure_parts (erasure_id, context) select id, $2 from erasures where id = $1 on conflict do nothing`,
);
const OF_SUBJECT = statement('erasure-of-subject', `${selectErasure} where e.subject = $1`);
const FIND = statement('erasure-one', `${selectErasure} where e.id = $1`);
const LIST = statement(
  'erasures-list',
  `${selectErasure} where ($1::timestamptz is null or (e.asked_at, e.id) < ($1, $2::uuid)) order by e.asked_at desc, e.id desc limit $3`,
);

export interface RequestedErasure {
  readonly id: Uuid;
  readonly asks: number;
  readonly begun: boolean;
}

/** The requested erasures. The only data about the person is the id, which other contexts keep too. */
@Injectable()
export class Erasures {
  constructor(private readonly db: Database) {}

  async request(id: Uuid, subject: Uuid, kind: Kind): Promise<RequestedErasure> {
    return (await this.db.query<RequestedErasure>(REQUEST, [id, subject, kind]))[0];
  }

  async withdraw(subject: Uuid, asks: number): Promise<void> {
    await this.db.query(WITHDRAW, [subject, asks]);
  }

  /** Begins the erasure and returns its id. Undefined if the erasure had begun before. */
  async begin(id: Uuid, subject: Uuid, kind: Kind): Promise<Uuid | undefined> {
    return (await this.db.query<{ id: Uuid }>(BEGIN, [id, subject, kind]))[0]?.id;
  }

  /** Starts an erasure again, because a restored backup contains the person's data. Returns the erasure's id. */
  async restart(id: Uuid, subject: Uuid, kind: Kind): Promise<Uuid> {
    return (await this.db.query<{ id: Uuid }>(RESTART, [id, subject, kind]))[0].id;
  }

  async subjectsUnderWay(): Promise<ReadonlySet<Uuid>> {
    const rows = await this.db.query<{ subject: Uuid }>(UNDER_WAY, [erasureParts.length]);
    return new Set(rows.map(({ subject }) => subject));
  }

  /** The given people for whom an erasure was requested. */
  async requestedAmong(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
    const rows = await this.db.query<{ subject: Uuid }>(REQUESTED_AMONG, [subjects]);
    return new Set(rows.map(({ subject }) => subject));
  }

  /** All erasures that have begun, oldest first. */
  listBegun(): Promise<ErasedSubject[]> {
    return this.db.query(LIST_BEGUN);
  }

  /**
   * Erasures that have not begun, and were last tried more than `seconds` ago. The process that tried them has probably
   * died. This call counts as a new attempt.
   */
  claimInterrupted(seconds: number): Promise<{ id: Uuid; subject: Uuid; kind: Kind; asks: number }[]> {
    return this.db.query(CLAIM_INTERRUPTED, [seconds]);
  }

  async markPartDone(id: Uuid, context: string): Promise<void> {
    await this.db.query(MARK_PART_DONE, [id, context]);
  }

  async ofSubject(subject: Uuid): Promise<Erasure | undefined> {
    return (await this.db.query<Row>(OF_SUBJECT, [subject])).map(erasureFromRow)[0];
  }

  async find(id: Uuid): Promise<Erasure | undefined> {
    return (await this.db.query<Row>(FIND, [id])).map(erasureFromRow)[0];
  }

  /** The erasures, newest first. */
  async list(before: { at: string; id: Uuid } | undefined, limit: number): Promise<Erasure[]> {
    return (await this.db.query<Row>(LIST, [before?.at ?? null, before?.id ?? null, limit])).map(erasureFromRow);
  }
}
