import { SubCommand } from 'nest-commander';
import { SubscriptionAdmin } from '#messaging';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printJson, printTable } from '../output';
import { parseContextName } from './context-argument';

@SubCommand({ name: 'list', arguments: '[context]', description: 'the subscriptions of one context, or of all' })
export class ListSubscriptionsCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([name]: string[], { json }: JsonOption): Promise<void> {
    const context = name === undefined ? undefined : parseContextName(name);
    const subscriptions = await this.opener.withShop(({ app }) =>
      app.get(SubscriptionAdmin, { strict: false }).list(context),
    );
    if (json) return printJson({ subscriptions });
    printTable(
      ['context', 'handler', 'type', 'lane', 'since', 'waiting'],
      subscriptions.map((one) => [one.context, one.handler, one.type, one.lane, one.since.toISOString(), one.waiting]),
    );
  }
}
