import { Option, SubCommand } from 'nest-commander';
import { MendHead } from '#ordering/void-event/mend-head.command';
import { parseLine, parseOrderId, invalidArgument } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson } from '../output';

interface MendOptions extends JsonOption {
  readonly reason?: string;
}

@SubCommand({
  name: 'mend-head',
  arguments: '<id>',
  description: 'set the stored version of an order to the version of its last event, if the two differ',
})
export class MendHeadCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json, reason }: MendOptions): Promise<void> {
    const orderId = parseOrderId(id);
    if (reason === undefined) throw invalidArgument('The reason is missing. Give it with --reason.');
    const versions = await this.opener.withShop((shop) => shop.execute(new MendHead(orderId), [orderId], reason));
    if (json) printJson(versions);
    else
      print(
        `order ${orderId}: the stored version was ${versions.head}; it is now ${versions.last}, as in the last event`,
      );
  }

  @Option({
    flags: '--reason <text>',
    description: "the reason, for the audit trail; do not write people's names in it (required)",
  })
  parseReason(text: string): string {
    return parseLine('--reason', text);
  }
}
