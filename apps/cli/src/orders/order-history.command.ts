import { SubCommand } from 'nest-commander';
import { OrderEvents } from '#ordering/order-history/event-log.query';
import { parseOrderId } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printJson, printTable } from '../output';

@SubCommand({ name: 'history', arguments: '<id>', description: 'the events of an order' })
export class OrderHistoryCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json }: JsonOption): Promise<void> {
    const orderId = parseOrderId(id);
    const events = await this.opener.withShop((shop) => shop.query(new OrderEvents(orderId)));
    if (json) return printJson(events);
    printTable(
      ['version', 'position', 'time', 'event', 'by'],
      events.map(({ version, position, timestamp, type, metadata }) => [
        ...[version, position, timestamp, type],
        metadata.actor.id ? `${metadata.actor.kind} ${metadata.actor.id}` : metadata.actor.kind,
      ]),
    );
  }
}
