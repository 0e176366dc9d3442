import { Command, SubCommand } from 'nest-commander';
import { ShopOpener } from '../shop-opener';
import { CommandGroup } from '../strict-command';
import { parseContextName } from './context-argument';
import { RedeliverCommand, type RedeliverOptions } from './redeliver';

@SubCommand({
  name: 'replay',
  arguments: '<context> <handler>',
  description: 'send a handler the messages that were sent before it existed',
})
export class ReplayHandlerCommand extends RedeliverCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([name, handler]: string[], options: RedeliverOptions): Promise<void> {
    await this.redeliver(this.opener, 'replayHandler', parseContextName(name), handler, options);
  }
}

@Command({ name: 'handlers', description: 'message handlers: replay', subCommands: [ReplayHandlerCommand] })
export class HandlersCommand extends CommandGroup {}
