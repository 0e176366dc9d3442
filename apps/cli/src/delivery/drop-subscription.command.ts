import { Option, SubCommand } from 'nest-commander';
import { SubscriptionAdmin } from '#messaging';
import { startsComparison } from '#ordering/sagas/after-drop';
import { parseLine } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener, operatorName } from '../shop-opener';
import { print, printJson } from '../output';
import { parseContextName } from './context-argument';

interface DropOptions extends JsonOption {
  readonly type?: string;
  readonly withMessages?: boolean;
  readonly reason: string;
}

@SubCommand({
  name: 'drop',
  arguments: '<context> <handler>',
  description: 'stop sending messages to a handler that no running build has',
})
export class DropSubscriptionCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([name, handler]: string[], { json, type, withMessages, reason }: DropOptions): Promise<void> {
    const context = parseContextName(name);
    const why = withMessages ? `by ${operatorName()}: ${reason}` : undefined;
    const dropped = await this.opener.withShop((shop) =>
      shop.runAudited('dropSubscription', [context, handler, ...(type ? [type] : [])], reason, () =>
        shop.app.get(SubscriptionAdmin, { strict: false }).drop({ context, handler, type, withMessages: why }),
      ),
    );
    if (json) return printJson({ context, handler, ...dropped });
    for (const one of dropped.types) print(`${one} is no longer sent to ${handler} of ${context}`);
    if (dropped.done > 0) print(`${dropped.done} messages that waited for this handler are marked as done`);
    if (startsComparison(dropped.sent))
      print('the orders of these messages are compared with their checkouts and refunds, which can then continue');
    if (dropped.waiting > 0)
      print(
        `${dropped.waiting} messages still wait for this handler. Start a build that has it, or run drop --with-messages`,
      );
  }

  @Option({ flags: '--type <type>', description: 'only messages of this type' })
  parseType(text: string): string {
    return parseLine('--type', text);
  }

  @Option({
    flags: '--with-messages',
    description: 'mark the messages that wait for the handler as done, although no handler ran',
  })
  parseWithMessages(): boolean {
    return true;
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
