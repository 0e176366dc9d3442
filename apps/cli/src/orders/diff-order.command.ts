import { Option, SubCommand } from 'nest-commander';
import { DiffOrder } from '#ordering/order-history/order-state.query';
import { parseOrderId, parseWholeNumber } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printJson, printTable } from '../output';

interface DiffOptions extends JsonOption {
  readonly from?: number;
  readonly to?: number;
}

@SubCommand({ name: 'diff', arguments: '<id>', description: 'what changed between two versions of an order' })
export class DiffOrderCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json, from = 0, to }: DiffOptions): Promise<void> {
    const orderId = parseOrderId(id);
    const difference = await this.opener.withShop((shop) => shop.query(new DiffOrder(orderId, from, to)));
    if (json) return printJson(difference);
    printTable(
      ['path', 'before', 'after'],
      difference.changes.map(({ path, before, after }) => [path, JSON.stringify(before), JSON.stringify(after)]),
    );
  }

  @Option({ flags: '--from <version>', description: 'the earlier version; 0 is before it was placed (default)' })
  parseFrom(text: string): number {
    return parseWholeNumber('--from', text);
  }

  @Option({ flags: '--to <version>', description: 'the later version; the current version by default' })
  parseTo(text: string): number {
    return parseWholeNumber('--to', text);
  }
}
