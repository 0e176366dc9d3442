import { appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordResult, repeatCount } from './support/matrix';
import { NOTHING, TamperedShop, TamperingTemplate, type Outcome, type Observations } from './support/tampering';
import { kindNames, type KindName } from './support/tampering-kinds';
import { logins, type Login } from './support/tampering-logins';

jest.setTimeout(1_200_000);

const REFUSED = 'refused';
type Cell = Observations | typeof REFUSED;

const cell = (verify: string, watch: readonly string[], start: string, offline: string): Cell => ({
  ...{ verify, watch, start, offline },
});
/** The expected results of one change: the same for superuser and owner; a context's role is usually refused. */
const row = (strong: Cell, context: Cell = REFUSED): Record<Login, Cell> => ({
  ...{ superuser: strong, owner: strong, context },
});
const same = (cell: Cell) => row(cell, cell);

const NO_PROOF = 'no evidence: LOG_TAMPERED';

const expected: Record<KindName, Record<Login, Cell>> = {
  'an amount in an event changed': row(cell('altered', ['drift'], NOTHING, `${NO_PROOF}, export refused: event`)),
  // Only a verification reads this byte.
  'a byte changed that nobody reads': row(cell('altered', [], NOTHING, `${NO_PROOF}, export refused: event`)),
  'two events swapped': row(cell('stream, swapped', [], NOTHING, `${NO_PROOF}, export refused: event`)),
  'the last order cut off, with its seals': row(
    cell('behind', ['health: event-log', 'behind'], 'refused: behind', 'no evidence: NOT_FOUND, export shorter than before'), // prettier-ignore
  ),
  'an event put in, for the shop to number': same(
    cell('unnumbered', ['health: ordering:log', 'put aside'], NOTHING, 'no evidence: NOT_SEALED_YET'),
  ),
  'an event put in, numbered already': same(
    cell('forged', ['sealing refused'], NOTHING, `${NO_PROOF}, export longer than sealed`),
  ),
  'an event rewritten, and all hashes from there on': row(
    cell('forged, recomputed', ['health: event-log', 'rewritten'], 'refused: rewritten', `${NO_PROOF}, export refused: event`), // prettier-ignore
  ),
  'the same, with the seals from there on deleted, for the shop to sign': row(
    cell('forged, recomputed', ['health: event-log', 'rewritten'], 'refused: rewritten', `${NO_PROOF}, export other than before`), // prettier-ignore
  ),
  'an older backup restored': row(
    cell('behind', ['health: event-log', 'behind'], 'refused: behind', 'no evidence: NOT_FOUND, export shorter than before'), // prettier-ignore
    // A context's role can restore only the read models and their checkpoints. The shop then updates the read models.
    cell(NOTHING, ['set back'], NOTHING, NOTHING),
  ),
  'the newest seal deleted': row(cell('seal', ['health: event-log', 'seal'], 'seal', NO_PROOF)),
  'a seal in the middle deleted': row(cell('seal', [], NOTHING, `${NO_PROOF}, export refused: seal`)),
  'a line of the audit trail deleted': row(
    cell('audit: lines are gone', ['health: audit-trail', 'audit trail'], NOTHING, NOTHING),
  ),
  'the newest audit lines deleted, with their places and seals': row(
    cell('audit: lines are gone', ['health: audit-trail', 'audit trail'], 'audit trail', NOTHING), // prettier-ignore
  ),
  'a snapshot changed': same(cell(NOTHING, ['snapshot thrown away'], NOTHING, NOTHING)),
  'a row of a read model changed': same(cell(NOTHING, ['drift'], NOTHING, NOTHING)),
  'a person’s key deleted': row(cell(NOTHING, ['values unreadable'], 'key missing', NOTHING)),
  'a person’s key changed': row(cell(NOTHING, ['values unreadable'], NOTHING, NOTHING)),
  'a person’s key destroyed as if they were erased': same(
    cell(NOTHING, ['health: personal-keys', 'key destroyed'], NOTHING, NOTHING),
  ),
};

/**
 * A short run tries each change with only one login, and also every change that must be refused. It starts a second
 * shop only if that shop must notice the change.
 */
const byOwner: readonly KindName[] = ['a seal in the middle deleted', 'an older backup restored'];
const byContext: readonly KindName[] = ['an event put in, for the shop to number', 'a row of a read model changed'];
const isInShortRun = (kind: KindName, login: Login): boolean => {
  if (expected[kind][login] === REFUSED) return true;
  if (byOwner.includes(kind)) return login === 'owner';
  return byContext.includes(kind) ? login === 'context' : login === 'superuser';
};

const isFullRun = repeatCount(2, 1) > 1;
// Refused changes are fast, so they come first.
const cells = [...logins]
  .reverse()
  .flatMap((login) =>
    kindNames.filter((kind) => isFullRun || isInShortRun(kind, login)).map((kind) => ({ kind, login })),
  );

/** The text for the table in docs/security.md. */
function describeCell(cell: Cell): string {
  if (cell === REFUSED) return 'refused';
  const { verify, watch, start, offline } = cell;
  const parts = { verify, watch: watch.join(', ') || NOTHING, start, offline };
  const noticed = Object.entries(parts).filter(([, what]) => what !== NOTHING);
  return noticed.map(([who, what]) => `${who}: ${what}`).join(' · ') || '**unnoticed**';
}

describe('A running shop whose data is changed', () => {
  const table = join(tmpdir(), `matrix-tampering-${process.pid}.md`);
  let template: TamperingTemplate;
  const shops: TamperedShop[] = [];
  const outcomes = new Map<string, Promise<Outcome>>();

  /** Each login has its own shop. In a full run all shops run at the same time, otherwise one after the other. */
  beforeAll(async () => {
    template = await TamperingTemplate.make();
    writeFileSync(table, `| what is done | ${logins.join(' | ')} |\n|---|---|---|---|\n`);
    for (const kind of kindNames) appendFileSync(table, `| ${kind} | ${logins.map((login) => describeCell(expected[kind][login])).join(' | ')} |\n`); // prettier-ignore
    let before: Promise<unknown> = Promise.resolve();
    for (const login of [...logins].reverse()) {
      const shop = new TamperedShop(template, login);
      shops.push(shop);
      let turn = isFullRun ? Promise.resolve() : before;
      for (const { kind } of cells.filter((cell) => cell.login === login)) {
        const expectedCell = expected[kind][login];
        const outcome = turn.then(() =>
          shop.try(
            kind,
            expectedCell === REFUSED ? [] : expectedCell.watch,
            isFullRun || (expectedCell !== REFUSED && expectedCell.start !== NOTHING),
          ),
        );
        outcomes.set(`${kind} ${login}`, outcome);
        turn = outcome.then(
          () => undefined,
          () => shop.drop(),
        );
      }
      before = turn.then(() => shop.drop());
    }
  });
  afterAll(async () => {
    await Promise.allSettled(outcomes.values());
    for (const shop of shops) await shop.close();
    await template?.drop();
    recordResult({ fault: 'Tampering with a live shop', tried: cells.length, lost: 0, note: table });
  });

  it.each(cells)('$kind by $login', async ({ kind, login }) => {
    const outcome = await outcomes.get(`${kind} ${login}`)!;
    const expectedCell = expected[kind][login];
    expect(outcome.signed).toBe(0);
    if (expectedCell === REFUSED) {
      expect(outcome).toMatchObject({ done: 0 });
      expect(outcome.refused.length).toBeGreaterThan(0);
      for (const message of outcome.refused) expect(message).toMatch(/permission denied|append-only/);
      return;
    }
    const { verify, start, offline } = outcome;
    expect({ verify, start, offline }).toEqual({
      verify: expectedCell.verify,
      start: expectedCell.start,
      offline: expectedCell.offline,
    });
    expect(outcome.watch).toEqual(expect.arrayContaining([...expectedCell.watch]));
  });
});
