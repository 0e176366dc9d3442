import { Option, SubCommand } from 'nest-commander';
import { VoidEvent } from '#ordering/void-event/void-event.command';
import { parseLine, parseOrderId, parseWholeNumber, invalidArgument } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson } from '../output';

interface VoidOptions extends JsonOption {
  readonly event?: number;
  readonly reason?: string;
}

@SubCommand({
  name: 'void-event',
  arguments: '<id>',
  description: 'declare a broken event of an order void; the declaration is an event too',
})
export class VoidEventCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json, event, reason }: VoidOptions): Promise<void> {
    const orderId = parseOrderId(id);
    if (event === undefined) throw invalidArgument('The version of the broken event is missing. Give it with --event.');
    if (reason === undefined) throw invalidArgument('The reason is missing. Give it with --reason.');
    const voided = await this.opener.withShop((shop) =>
      shop.execute(new VoidEvent(orderId, event, reason, { kind: 'staff' }), [orderId], reason),
    );
    if (json) printJson(voided);
    else {
      const { version, leaves } = voided;
      print(`event ${event} of order ${orderId} was declared void by event ${version}`);
      if (leaves.status) print(`the order is ${leaves.status}`);
      for (const sentence of leaves.toDo) print(sentence);
    }
  }

  @Option({ flags: '--event <version>', description: 'the version of the broken event (required)' })
  parseEvent(text: string): number {
    return parseWholeNumber('--event', text, 1);
  }

  @Option({ flags: '--reason <text>', description: "the reason; do not write people's names in it (required)" })
  parseReason(text: string): string {
    return parseLine('--reason', text);
  }
}
