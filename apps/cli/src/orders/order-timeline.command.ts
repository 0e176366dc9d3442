import { SubCommand } from 'nest-commander';
import { OrderTimeline } from '#ordering/order-history/timeline.query';
import { parseOrderId } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printJson, printTable } from '../output';

@SubCommand({
  name: 'timeline',
  arguments: '<id>',
  description: 'what happened to an order in all contexts: order, checkout, payment, stock, points',
})
export class OrderTimelineCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json }: JsonOption): Promise<void> {
    const orderId = parseOrderId(id);
    const entries = await this.opener.withShop((shop) => shop.query(new OrderTimeline(orderId)));
    if (json) return printJson(entries);
    printTable(
      ['time', 'where', 'what'],
      entries.map(({ at, source, note }) => [at, source, note]),
    );
  }
}
