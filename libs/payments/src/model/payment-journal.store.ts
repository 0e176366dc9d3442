import { Injectable } from '@nestjs/common';
import { inMicros, type Uuid } from '#kernel';
import { statement } from '#database';
import { exactly, lineMac, type KeptJournal, type Line } from '#messaging/journals';
import { MacKey } from '#platform/macs';
import { DatabaseTime, Ids } from '#platform/system';

const TABLE = 'payments.payment_journal';

interface Entry {
  readonly at: string;
  readonly call: string;
  readonly heard: unknown;
  readonly state: string;
}

const lineOf = (line: Uuid | null, orderId: Uuid, { at, call, heard, state }: Entry): Line => ({
  journal: TABLE,
  identity: [line ?? '', orderId],
  told: { at, call, heard, state },
});

/** Gives a MAC to each journal line of a payment or a refund. */
@Injectable()
export class PaymentLines {
  constructor(
    private readonly key: MacKey,
    private readonly time: DatabaseTime,
    private readonly ids: Ids,
  ) {}

  /**
   * The time, id and MAC of a new line. `heard` is JSON. The MAC does not cover the row number, because the database
   * chooses this number later.
   */
  newLineFields(orderId: Uuid, call: string, heard: string, state: string): [at: Date, line: Uuid, mac: Buffer] {
    const at = this.time.now();
    const line = this.ids.next();
    const told = { at: inMicros(at.toISOString()), call, heard: JSON.parse(heard) as unknown, state };
    return [at, line, lineMac(this.key, lineOf(line, orderId, told))];
  }
}

const NEXT = statement(
  'payment-lines-next',
  `select j.id, j.line, j.order_id as "orderId", ${exactly('j.at')} as at, j.call, j.heard, j.state, j.mac,
     exists (select from payment_journal o where o.order_id = j.order_id and o.line = j.line and o.id < j.id) as again
   from payment_journal j where j.id > $1 order by j.id limit $2`,
);

interface Row extends Entry {
  readonly id: number;
  readonly line: Uuid | null;
  readonly orderId: Uuid;
  readonly mac: Buffer | null;
  readonly again: boolean;
}

/** The lines of the payment journal, as the check of the journals reads them. */
export const paymentJournal: KeptJournal = {
  name: TABLE,
  async next(db, after = [0], limit) {
    const rows = await db.query<Row>(NEXT, [...after, limit]);
    return rows.map(({ id, line, orderId, mac, again, ...told }) => ({
      place: [id],
      name: String(id),
      about: orderId,
      at: told.at,
      mac,
      line: lineOf(line, orderId, told),
      problem: again ? 'the same line is in the journal twice' : null,
    }));
  },
};
