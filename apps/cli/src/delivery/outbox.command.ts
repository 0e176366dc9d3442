import { Command, Option, SubCommand } from 'nest-commander';
import type { ContextName } from '#platform/config';
import { ShopOpener } from '../shop-opener';
import { CommandGroup } from '../strict-command';
import { parseContextName } from './context-argument';
import { LostMessagesCommand } from './lost-messages.command';
import { RedeliverCommand, type RedeliverOptions } from './redeliver';

interface ResendOptions extends RedeliverOptions {
  readonly to: ContextName;
}

@SubCommand({
  name: 'resend',
  description: 'send messages again to a context whose restored database lacks them',
})
export class ResendCommand extends RedeliverCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], options: ResendOptions): Promise<void> {
    await this.redeliver(this.opener, 'resendOutbox', options.to, undefined, options);
  }

  @Option({ flags: '--to <context>', description: 'the context that receives the messages (required)', required: true })
  parseTo(text: string): ContextName {
    return parseContextName(text);
  }
}

@Command({
  name: 'outbox',
  description: 'messages that contexts have sent: resend, lost',
  subCommands: [ResendCommand, LostMessagesCommand],
})
export class OutboxCommand extends CommandGroup {}
