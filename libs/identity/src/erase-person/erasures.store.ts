import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#platform/database';
import { erasureOf, type Erasure } from './erasure';

type Kind = Erasure['kind'];

interface Row {
  id: Uuid;
  subject: Uuid;
  kind: Kind;
  asked_at: Date;
  said: Record<string, string>;
}

const erasure = ({ id, subject, kind, asked_at, said }: Row): Erasure =>
  erasureOf({ id, subject, kind, askedAt: asked_at.toISOString() }, said);

const shown = `select e.id, e.subject, e.kind, e.asked_at,
    coalesce((select jsonb_object_agg(p.context, to_char(p.done_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
              from erasure_parts p where p.erasure_id = e.id), '{}') as said
  from erasures e`;

const ASK = statement(
  'erasure-ask',
  `insert into erasures as e (id, subject, kind) values ($1, $2, $3)
   on conflict (subject) do update set asks = e.asks + 1, tried_at = now()
   returning id, asks, begun_at is not null as begun`,
);
// Only by who asked last: somebody may have asked again since, and be let.
const TAKE_BACK = statement(
  'erasure-take-back',
  'delete from erasures where subject = $1 and begun_at is null and asks = $2',
);
const BEGIN = statement(
  'erasure-begin',
  `insert into erasures as e (id, subject, kind, begun_at) values ($1, $2, $3, now())
   on conflict (subject) do update set begun_at = now() where e.begun_at is null returning id`,
);
const UNBEGUN = statement(
  'erasures-unbegun',
  `update erasures set tried_at = now() where id in (
     select id from erasures where begun_at is null and tried_at < now() - $1 * interval '1 second'
     order by tried_at limit 10 for update skip locked) returning id, subject, kind, asks`,
);
const PART = statement(
  'erasure-part',
  `insert into erasure_parts (erasure_id, context) select id, $2 from erasures where id = $1 on conflict do nothing`,
);
const OF_SUBJECT = statement('erasure-of-subject', `${shown} where e.subject = $1`);
const ONE = statement('erasure-one', `${shown} where e.id = $1`);
const LIST = statement(
  'erasures-list',
  `${shown} where ($1::timestamptz is null or (e.asked_at, e.id) < ($1, $2::uuid)) order by e.asked_at desc, e.id desc limit $3`,
);

export interface Asked {
  readonly id: Uuid;
  readonly asks: number;
  readonly begun: boolean;
}

/** Whom the shop was asked to forget. A row says no more of them than the id that is left of them everywhere. */
@Injectable()
export class Erasures {
  constructor(private readonly db: Database) {}

  async ask(id: Uuid, subject: Uuid, kind: Kind): Promise<Asked> {
    return (await this.db.query<Asked>(ASK, [id, subject, kind]))[0];
  }

  async takeBack(subject: Uuid, asks: number): Promise<void> {
    await this.db.query(TAKE_BACK, [subject, asks]);
  }

  /** The erasure's id when this began it; undefined when it had begun. */
  async begin(id: Uuid, subject: Uuid, kind: Kind): Promise<Uuid | undefined> {
    return (await this.db.query<{ id: Uuid }>(BEGIN, [id, subject, kind]))[0]?.id;
  }

  /** Those that were asked for so long ago that whoever carried them out must have died over it. */
  leftLying(seconds: number): Promise<{ id: Uuid; subject: Uuid; kind: Kind; asks: number }[]> {
    return this.db.query(UNBEGUN, [seconds]);
  }

  async partDone(id: Uuid, context: string): Promise<void> {
    await this.db.query(PART, [id, context]);
  }

  async ofSubject(subject: Uuid): Promise<Erasure | undefined> {
    return (await this.db.query<Row>(OF_SUBJECT, [subject])).map(erasure)[0];
  }

  async find(id: Uuid): Promise<Erasure | undefined> {
    return (await this.db.query<Row>(ONE, [id])).map(erasure)[0];
  }

  /** The newest first. */
  async list(before: { at: string; id: Uuid } | undefined, limit: number): Promise<Erasure[]> {
    return (await this.db.query<Row>(LIST, [before?.at ?? null, before?.id ?? null, limit])).map(erasure);
  }
}
