import type { ShopOpener } from '../shop-opener';
import { MigrateCommand } from './migrate.command';

async function printedBy(report: object): Promise<string> {
  const opener = { withShop: () => Promise.resolve({ ran: {}, pending: {}, newer: {}, ...report }) };
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  await new MigrateCommand(opener as unknown as ShopOpener).run([], {});
  const lines = written.mock.calls.map(([line]) => line as string);
  written.mockRestore();
  return lines.join('');
}

describe('The command migrate', () => {
  it('prints how many migrations ran in each context', async () => {
    expect(await printedBy({ ran: { cart: 8, ordering: 25 } })).toBe(
      'migrations that ran: cart 8, ordering 25\nthe database is up to date\n',
    );
  });

  it('prints nothing about migrations if none ran', async () => {
    expect(await printedBy({})).toBe('the database is up to date\n');
  });
});
