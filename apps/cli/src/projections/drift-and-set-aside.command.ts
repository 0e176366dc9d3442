import { SubCommand } from 'nest-commander';
import { ListSetAside, ViewDrift } from '#ordering/projections/projections.query';
import { DropKept, RetrySetAside } from '#ordering/projections/drift-and-set-aside.command';
import { parseOrderId } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { EXIT, print, printJson, printTable } from '../output';

@SubCommand({
  name: 'drift',
  description: 'rows that differ from their events; exit code 1 if there are any',
})
export class DriftCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json }: JsonOption): Promise<void> {
    const report = await this.opener.withShop((shop) => shop.query(new ViewDrift()));
    if (json) printJson(report);
    else {
      for (const { projection, checked, rounds } of report.walks)
        print(`${projection}: ${checked} rows compared, ${rounds} rounds`);
      if (report.findings.length > 0) print('');
      if (report.findings.length > 0)
        printTable(
          ['projection', 'order', 'kind', 'position', 'fields', 'found', 'healed'],
          report.findings.map(({ projection, orderId, kind, position, fields, foundAt, healedAt }) => [
            ...[projection, orderId, kind, position, fields.join(' '), foundAt, healedAt],
          ]),
        );
    }
    if (report.findings.some(({ healedAt }) => healedAt === null)) process.exitCode = EXIT.failed;
  }
}

@SubCommand({
  name: 'set-aside',
  arguments: '<name>',
  description: 'the orders whose events a read model could not apply; exit code 1 if there are any',
})
export class ListSetAsideCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([name]: string[], { json }: JsonOption): Promise<void> {
    const { orders } = await this.opener.withShop((shop) => shop.query(new ListSetAside(name)));
    if (json) printJson(orders);
    else if (orders.length === 0) print(`no order is set aside by ${name}`);
    else
      printTable(
        ['order', 'position', 'since', 'error'],
        orders.map(({ orderId, position, since, error }) => [orderId, position, since, error]),
      );
    if (orders.length > 0) process.exitCode = EXIT.failed;
  }
}

@SubCommand({
  name: 'retry',
  arguments: '<name> <order>',
  description: 'apply the events of an order again that a read model has set aside',
})
export class RetrySetAsideCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([name, text]: string[], { json }: JsonOption): Promise<void> {
    const orderId = parseOrderId(text);
    const retried = await this.opener.withShop((shop) =>
      shop.execute(new RetrySetAside(name, orderId), [name, orderId]),
    );
    if (json) printJson(retried);
    else
      print(
        retried.digested ? `${orderId} is in the read model again` : `${orderId} stays set aside: ${retried.error}`,
      );
    if (!retried.digested) process.exitCode = EXIT.failed;
  }
}

@SubCommand({
  name: 'drop-kept',
  arguments: '<name>',
  description:
    'drop the table that was live before the last rebuild; then its code can be deleted, and no rollback is possible',
})
export class DropKeptCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([name]: string[], { json }: JsonOption): Promise<void> {
    const result = await this.opener.withShop((shop) => shop.execute(new DropKept(name), [name]));
    if (json) return printJson(result);
    print(result.dropped.length > 0 ? `dropped ${result.dropped.join(', ')}` : `${name} has no former table`);
  }
}
