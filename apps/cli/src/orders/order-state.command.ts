import { Option, SubCommand } from 'nest-commander';
import { OrderState } from '#ordering/order-history/order-state.query';
import { parseInstant, parseOrderId, parseWholeNumber, invalidArgument } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson } from '../output';

interface StateOptions extends JsonOption {
  readonly version?: number;
  readonly at?: string;
}

@SubCommand({ name: 'state', arguments: '<id>', description: 'the state of an order at a version or at a time' })
export class OrderStateCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json, version, at }: StateOptions): Promise<void> {
    const orderId = parseOrderId(id);
    if (version !== undefined && at !== undefined) throw invalidArgument('--version cannot be used with --at.');
    const state = await this.opener.withShop((shop) => shop.query(new OrderState(orderId, { version, at })));
    if (json) return printJson(state);
    print(`order ${state.number}, version ${state.version}: ${state.status}`);
    for (const line of state.lines) print(`  ${line.quantity} × ${line.name}  ${line.lineTotal.amount} ₫`);
    print(
      `  total ${state.total.amount} ₫, paid ${state.payment.paid.amount} ₫, refunded ${state.payment.refunded.amount} ₫`,
    );
    if (state.cancellation) print(`  cancelled: ${state.cancellation.code}`);
  }

  @Option({ flags: '--version <version>', description: 'after this many events' })
  parseVersion(text: string): number {
    return parseWholeNumber('--version', text, 1);
  }

  @Option({ flags: '--at <time>', description: 'at this time, ISO 8601' })
  parseAt(text: string): string {
    parseInstant('--at', text);
    return text;
  }
}
