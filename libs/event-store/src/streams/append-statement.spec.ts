import { appendStatement, findOrPrepare, type AppendValues, type Parts } from './append-statement';
import { defineGuard } from './guard';

const singleEvent: Parts = { single: true, claim: false, timers: false };
const ownValues = {
  ...{ streamId: 'the stream', commandId: 'the command', expectedVersion: 3, metadata: 'who' },
  ...{ id: 'the event', type: 'Happened', schemaVersion: 1, data: '{}', mac: 'the mac' },
} satisfies AppendValues;

const seat = defineGuard<{ readonly row: number; readonly seat: number }>({
  name: 'seat',
  place: 'after',
  sql: ({ seat: place, row, streamId, commandId }) =>
    `insert into seats select ${row}, ${place}, ${streamId}, ${commandId} from head returning 1`,
});
const open = defineGuard<{ readonly hall: string }>({
  name: 'open',
  place: 'before',
  sql: ({ hall }) => `select from halls where name = ${hall}`,
});
const tickets = defineGuard<{ readonly numbers: readonly number[] }>({
  name: 'tickets',
  place: 'after',
  rows: 'several',
  sql: ({ numbers }) => `insert into tickets select unnest(${numbers}) from head returning 1`,
});

/** The text of the statement with its values in place of `$n`. */
const filledIn = ({ sql, values }: ReturnType<typeof appendStatement>): string =>
  sql.text.replace(/\$(\d+)/g, (_, number: string) => `<${String(values[Number(number) - 1])}>`);

describe('The statement of an append', () => {
  it('uses each value under its name, in any order of the names', () => {
    const text = filledIn(
      appendStatement(singleEvent, [seat({ seat: 12, row: 7 }), open({ hall: 'the hall' })], ownValues),
    );
    expect(text).toContain(`seat as (insert into seats select <7>, <12>, <the stream>, <the command> from head`);
    expect(text).toContain('open as (select from halls where name = <the hall>)');
    expect(text).toContain(
      '<the event>::uuid, <the stream>::uuid, <3>::int + 1, <Happened>::text, <1>::int, <{}>::jsonb',
    );
    expect(text).not.toContain('<undefined>');
  });

  it('moves the head only after the guards with place `before`, and queues the events only after the guards with place `after`', () => {
    const { sql } = appendStatement(
      singleEvent,
      [open({ hall: 'h' }), seat({ row: 1, seat: 1 }), tickets({ numbers: [1] })],
      ownValues,
    );
    expect(sql.text).toMatch(/and exists \(select from open\)[^]*on conflict/);
    expect(sql.text).toMatch(
      /insert into \{pending\}[^]*from events, seat\s+where \(select count\(\*\) from tickets\) > 0/,
    );
    expect(sql.text.indexOf('open as (')).toBeLessThan(sql.text.indexOf('head as ('));
    expect(sql.text.indexOf('head as (')).toBeLessThan(sql.text.indexOf('seat as ('));
  });

  it('is made once for each combination of parts and guards, with its own name', () => {
    const guards = [
      [],
      [seat({ row: 1, seat: 1 })],
      [open({ hall: 'h' })],
      [open({ hall: 'h' }), seat({ row: 1, seat: 1 })],
    ];
    const flags = [false, true];
    const all = guards.flatMap((given) =>
      flags.flatMap((single) =>
        ([undefined, 'direct', 'relay'] as const).flatMap((messages) =>
          flags.flatMap((claim) => flags.map((timers) => [{ single, messages, claim, timers }, given] as const)),
        ),
      ),
    );
    const statements = all.map(([parts, given]) => appendStatement(parts, given, ownValues).sql);
    expect(new Set(statements.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(statements.map(({ text }) => text)).size).toBe(all.length);
    for (const [at, [parts, given]] of all.entries())
      expect(appendStatement(parts, given, ownValues).sql).toBe(statements[at]);
  });

  it('refuses two guards with one name, and a guard with the name of a step', () => {
    const named = (name: string) => defineGuard<object>({ name, place: 'before', sql: () => 'select 1' })({}).guard;
    findOrPrepare(singleEvent, [named('twin')]);
    expect(() => findOrPrepare(singleEvent, [named('twin')])).toThrow('Two different guards have the same name');
    expect(() => findOrPrepare(singleEvent, [named('a'), named('a')])).toThrow('A guard has the name of');
    for (const name of ['head', 'events', 'pending', 'claim', 'append'])
      expect(() => findOrPrepare(singleEvent, [named(name)])).toThrow('A guard has the name of');
  });
});
