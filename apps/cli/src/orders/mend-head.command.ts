import { Option, SubCommand } from 'nest-commander';
import { MendHead } from '#ordering/void-event/mend-head.command';
import { lineIn, orderIdIn, wrong } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { Operator } from '../operator';
import { print, printJson } from '../output';

interface MendOptions extends JsonOption {
  readonly reason?: string;
}

@SubCommand({
  name: 'mend-head',
  arguments: '<id>',
  description: 'correct the version of an order that differs from its last event',
})
export class MendHeadCommand extends JsonCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run([id]: string[], { json, reason }: MendOptions): Promise<void> {
    const orderId = orderIdIn(id);
    if (reason === undefined) throw wrong('Give a reason with --reason.');
    const was = await this.operator.work((shop) => shop.tell(new MendHead(orderId), [orderId], reason));
    if (json) printJson(was);
    else print(`the version of order ${orderId} is ${was.last} again, like its last event; it was ${was.head}`);
  }

  @Option({ flags: '--reason <text>', description: 'why, without names' })
  parseReason(text: string): string {
    return lineIn('--reason', text);
  }
}
