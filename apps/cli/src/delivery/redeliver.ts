import { Option } from 'nest-commander';
import type { ContextName } from '#platform/config';
import { Redeliveries, type Redelivered, type Since } from '#messaging';
import { JsonCommand, type JsonOption } from '../json-option';
import type { ShopOpener } from '../shop-opener';
import { print, printJson, printTable } from '../output';
import { parseContextName } from './context-argument';
import { parseSince } from './since-option';

export interface RedeliverOptions extends JsonOption {
  readonly since: Since;
  readonly from?: ContextName;
  readonly dryRun?: boolean;
}

/** The options that select messages to send again: `--since`, `--from`, `--dry-run`. */
export abstract class RedeliverCommand extends JsonCommand {
  protected async redeliver(
    opener: ShopOpener,
    operation: string,
    to: ContextName,
    handler: string | undefined,
    { json, since, from, dryRun }: RedeliverOptions,
  ): Promise<void> {
    const senders = await opener.withShop((shop) => {
      const redeliver = () =>
        shop.app.get(Redeliveries, { strict: false }).redeliver({ to, handler, since, from, dryRun });
      const targets = [to, handler, from].filter((one) => one !== undefined);
      return dryRun ? redeliver() : shop.runAudited(operation, targets, null, redeliver);
    });
    if (json) return printJson({ to, handler, dryRun: dryRun === true, senders });
    printSenders(senders, to, dryRun === true);
  }

  @Option({
    flags: '--since <time>',
    description:
      'a time, a duration such as 2h, or the word start for the oldest message, 7 days ago at most (required)',
    required: true,
  })
  parseSince(text: string): Since {
    return parseSince(text);
  }

  @Option({ flags: '--from <context>', description: 'only messages from this context' })
  parseFrom(text: string): ContextName {
    return parseContextName(text);
  }

  @Option({ flags: '--dry-run', description: 'only count the messages, and send none' })
  parseDryRun(): boolean {
    return true;
  }
}

function printSenders(senders: readonly Redelivered[], to: ContextName, dryRun: boolean): void {
  const column = dryRun ? 'missing' : 'sent again';
  const rows = senders.map(({ from, found, missing }) => [from, found, missing]);
  printTable(['from', 'sent in that time', column], rows);
  const count = senders.reduce((sum, { missing }) => sum + missing, 0);
  print(dryRun ? `${to} does not have ${count} of these messages` : `${count} messages that ${to} did not have were sent again`); // prettier-ignore
}
