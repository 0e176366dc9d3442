import fc from 'fast-check';
import { Watermark } from './watermark';

/**
 * A model of the pending table. Transactions take numbers from a sequence, and commit or abort in any order. A reader
 * sees committed rows only.
 */
class Table {
  private nextSeq = 1;
  private nextXid = 100n;
  private readonly open = new Map<bigint, number[]>();
  readonly rows = new Set<number>();
  readonly committed = new Set<number>();

  begin(): bigint {
    const xid = this.nextXid++;
    this.open.set(xid, []);
    return xid;
  }
  draw(which: number): void {
    const xid = [...this.open.keys()][which % Math.max(1, this.open.size)];
    if (xid !== undefined) this.open.get(xid)!.push(this.nextSeq++);
  }
  end(which: number, commit: boolean): void {
    const xid = [...this.open.keys()][which % Math.max(1, this.open.size)];
    if (xid === undefined) return;
    for (const seq of commit ? this.open.get(xid)! : []) {
      this.rows.add(seq);
      this.committed.add(seq);
    }
    this.open.delete(xid);
  }
  get xmin(): bigint {
    return [...this.open.keys()].reduce((least, xid) => (xid < least ? xid : least), this.nextXid);
  }
  takeXid(): bigint {
    return this.nextXid++;
  }
}

function readOnce(table: Table, watermark: Watermark, delivered: number[], limit: number): void {
  const { above, missing } = watermark.nextRead;
  const { xmin } = table;
  const found = [...table.rows].filter((seq) => missing.includes(seq));
  const fresh = [...table.rows].filter((seq) => seq > above).sort((a, b) => a - b);
  const seqs = [...found, ...fresh.slice(0, limit)].sort((a, b) => a - b);
  if (seqs.length === 0) return watermark.recordRead([], true, xmin);
  const xid = table.takeXid();
  for (const seq of seqs) table.rows.delete(seq);
  delivered.push(...seqs);
  watermark.recordRead(seqs, fresh.length < limit || fresh.length <= limit, xmin, xid);
}

describe('The watermark', () => {
  it('never skips a number whose transaction can still commit, for any order of transactions', () => {
    const weights = { begin: 6, draw: 8, commit: 4, abort: 1, read: 8, lead: 0.2 };
    const what = fc.oneof(
      ...Object.entries(weights).map(([value, weight]) => ({ arbitrary: fc.constant(value), weight: weight * 5 })),
    );
    const action = fc.tuple(what, fc.nat(20));
    fc.assert(
      fc.property(
        fc.array(action, { minLength: 40, maxLength: 300, size: 'max' }),
        fc.integer({ min: 1, max: 5 }),
        (actions, limit) => {
          const table = new Table();
          const delivered: number[] = [];
          let watermark = new Watermark();
          for (const [what, which] of actions) {
            if (what === 'begin') table.begin();
            if (what === 'draw') table.draw(which);
            if (what === 'commit') table.end(which, true);
            if (what === 'abort') table.end(which, false);
            if (what === 'read') readOnce(table, watermark, delivered, limit);
            if (what === 'lead') watermark = new Watermark();
          }
          for (let i = 0; i < 200; i++) table.end(0, true);
          for (let i = 0; i < 400; i++) readOnce(table, watermark, delivered, limit);
          expect([...delivered].sort((a, b) => a - b)).toEqual([...table.committed].sort((a, b) => a - b));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('moves past handled numbers, and remembers missing numbers until no open transaction can use them', () => {
    const watermark = new Watermark();
    watermark.recordRead([1, 2, 3], true, 10n, 20n);
    expect(watermark.nextRead).toEqual({ above: 0, missing: [] });
    watermark.recordRead([4], true, 21n, 22n);
    expect(watermark.nextRead).toEqual({ above: 4, missing: [] });
    watermark.recordRead([6, 9], true, 15n, 30n);
    expect(watermark.nextRead).toEqual({ above: 9, missing: [5, 7, 8] });
    watermark.recordRead([7], true, 29n, 31n);
    expect(watermark.nextRead).toEqual({ above: 9, missing: [5, 8] });
    watermark.recordRead([], true, 30n);
    expect(watermark.nextRead).toEqual({ above: 9, missing: [] });
  });

  it('reads a range with very many gaps again, instead of remembering each gap', () => {
    const watermark = new Watermark();
    watermark.recordRead([1], true, 10n, 11n);
    watermark.recordRead([2], true, 12n, 13n);
    watermark.recordRead([10_000], true, 12n, 14n);
    expect(watermark.nextRead).toEqual({ above: 2, missing: [] });
    watermark.recordRead([9, 10_001], true, 14n, 15n);
    expect(watermark.nextRead.above).toBe(10_001);
  });
});
