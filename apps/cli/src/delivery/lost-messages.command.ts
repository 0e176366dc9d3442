import { Option, SubCommand } from 'nest-commander';
import type { ContextName } from '#platform/config';
import { MessageEndpoints, findLostMessages, type Since } from '#messaging';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson, printTable } from '../output';
import { parseContextName } from './context-argument';
import { parseSince } from './since-option';

interface LostOptions extends JsonOption {
  readonly of: ContextName;
  readonly since: Since;
}

@SubCommand({
  name: 'lost',
  description:
    'the messages, such as new accounts, that a context sent and that its restored database lacks; run this before resend. --json also lists the messages that resend will repeat ("comesAgain")',
})
export class LostMessagesCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json, of, since }: LostOptions): Promise<void> {
    const lost = await this.opener.withShop((shop) =>
      findLostMessages(shop.app.get(MessageEndpoints, { strict: false }), of, since),
    );
    if (json)
      return printJson({
        lost: lost.map(({ willBeRepeated, ...message }) => ({ ...message, comesAgain: willBeRepeated })),
      });
    if (lost.length === 0) return print(`${of} still has all messages that it sent to other contexts since then`);
    const notRepeated = lost.filter(({ willBeRepeated }) => !willBeRepeated);
    if (notRepeated.length > 0)
      printTable(
        ['time', 'type', 'key', 'request', 'body'],
        notRepeated.map(({ at, type, key, requestId, body }) => [
          ...[at.toISOString(), type, key, requestId],
          JSON.stringify(body),
        ]),
      );
    const repeated = lost.length - notRepeated.length;
    if (repeated > 0)
      print(`${repeated} more messages are not listed: other contexts caused them, and resend repeats them`);
  }

  @Option({
    flags: '--of <context>',
    description: 'the context whose database was restored (required)',
    required: true,
  })
  parseOf(text: string): ContextName {
    return parseContextName(text);
  }

  @Option({
    flags: '--since <time>',
    description: 'the time of the backup, a duration such as 2h, or the word start for the oldest message (required)',
    required: true,
  })
  parseSince(text: string): Since {
    return parseSince(text);
  }
}
