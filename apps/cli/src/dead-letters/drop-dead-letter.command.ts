import { Option, SubCommand } from 'nest-commander';
import { isUuid } from '#kernel';
import { DropDeadLetter, type Dropped } from '#messaging/dead-letters';
import { startsComparison } from '#ordering/sagas/after-drop';
import { parseLine } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener, operatorName } from '../shop-opener';
import { print, printJson } from '../output';

const CONTEXTS_KEYED_BY_ORDER: readonly string[] = ['ordering', 'inventory', 'payments'];

/**
 * What the operator must know about the order of the dropped message. Undefined if the message was not about an order.
 */
function meaningOf({ context, key, sent }: Dropped): string | undefined {
  if (startsComparison(sent))
    return `the order ${key} is now compared with its checkout and refunds, so that they can continue without the message; see: sagas show ${key}`;
  if (!CONTEXTS_KEYED_BY_ORDER.includes(context) || !isUuid(key)) return undefined;
  return `if a checkout or a refund of the order waits for this message, correct it with: sagas compare ${key}`;
}

@SubCommand({
  name: 'drop',
  arguments: '<id>',
  description: 'drop one dead letter for ever; then the messages behind it are handled',
})
export class DropDeadLetterCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json, reason }: JsonOption & { readonly reason: string }): Promise<void> {
    const command = new DropDeadLetter(id, operatorName(), reason);
    const dropped = await this.opener.withShop((shop) => shop.execute(command, [id], reason));
    const { handler, type, key, sent } = dropped;
    if (json) return printJson({ dropped: id, handler, type, key, sent });
    print(`${id} was dropped: ${handler} never handles this ${type}`);
    const meaning = meaningOf(dropped);
    if (meaning) print(meaning);
  }

  @Option({
    flags: '--reason <text>',
    description: "the reason; do not write people's names in it (required)",
    required: true,
  })
  parseReason(text: string): string {
    return parseLine('--reason', text);
  }
}
