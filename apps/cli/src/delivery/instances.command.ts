import { Command } from 'nest-commander';
import { SubscriptionAdmin } from '#messaging';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printJson, printTable } from '../output';

@Command({
  name: 'instances',
  description: 'the running processes: their build, and the subscriptions for which they have no handler',
})
export class InstancesCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json }: JsonOption): Promise<void> {
    const instances = await this.opener.withShop(({ app }) =>
      app.get(SubscriptionAdmin, { strict: false }).instances(),
    );
    if (json) return printJson({ instances });
    printTable(
      ['context', 'instance', 'build', 'started', 'last seen', 'no handler for'],
      instances.map(({ context, number, build, startedAt, seenAt, lacks }) => [
        ...[context, number, build, startedAt.toISOString(), seenAt.toISOString()],
        lacks.join(', ') || null,
      ]),
    );
  }
}
