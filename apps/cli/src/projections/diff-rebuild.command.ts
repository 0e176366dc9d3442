import { SubCommand } from 'nest-commander';
import { DiffRebuild } from '#ordering/projections/projections.query';
import { parseRebuildId } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson, printTable } from '../output';

const withSign = (amount: number): string => `${amount > 0 ? '+' : ''}${amount}`;

@SubCommand({
  name: 'diff',
  arguments: '<name> <rebuild>',
  description: 'the differences that a rebuild makes: rows, fields, money, and the orders that change most',
})
export class DiffRebuildCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([name, text]: string[], { json }: JsonOption): Promise<void> {
    const id = parseRebuildId(text);
    const diff = await this.opener.withShop((shop) => shop.query(new DiffRebuild(name, id)));
    if (json) return printJson(diff);
    const { atPosition, compared, added, removed, changed, columns, money, sample } = diff;
    print(`at position ${atPosition}: ${compared} rows, ${added} added, ${removed} removed, ${changed} changed`);
    if (columns.length > 0) print('');
    if (columns.length > 0) printTable(['field', 'rows changed'], columns.map((one) => [one.name, one.changed])); // prettier-ignore
    if (money.length > 0) print('');
    if (money.length > 0)
      printTable(
        ['money', 'before', 'after', 'difference'],
        money.map(({ column, before, after }) => [
          ...[column, before.amount, after.amount, withSign(after.amount - before.amount)],
        ]),
      );
    if (sample.length > 0) print('');
    if (sample.length > 0)
      printTable(
        ['order', 'change of money', 'fields', 'first event', 'position'],
        sample.map(({ orderId, moneyMoved, changes, firstEvent }) => [
          ...[orderId, moneyMoved, changes.length],
          ...[firstEvent && `${firstEvent.version} ${firstEvent.type}`, firstEvent?.position],
        ]),
      );
  }
}
