import { SubCommand } from 'nest-commander';
import { EraseGuest } from '#identity/erase-person/erase-person.command';
import { parseOrderId } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printErasure } from './print-erasure';

@SubCommand({
  name: 'order',
  arguments: '<id>',
  description: 'erase the personal data of the guest who placed an order',
})
export class EraseOrderCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json }: JsonOption): Promise<void> {
    const orderId = parseOrderId(id);
    printErasure(await this.opener.withShop((shop) => shop.execute(new EraseGuest(orderId), [orderId])), json);
  }
}
