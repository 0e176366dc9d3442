import { Option, SubCommand } from 'nest-commander';
import { VoidEvent } from '#ordering/void-event/void-event.command';
import { lineIn, orderIdIn, wholeIn, wrong } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { Operator } from '../operator';
import { print, printJson } from '../output';

interface VoidOptions extends JsonOption {
  readonly event?: number;
  readonly reason?: string;
}

@SubCommand({
  name: 'void-event',
  arguments: '<id>',
  description: 'declare a broken event of an order void; the declaration is an event too',
})
export class VoidEventCommand extends JsonCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run([id]: string[], { json, event, reason }: VoidOptions): Promise<void> {
    const orderId = orderIdIn(id);
    if (event === undefined) throw wrong('The version of the broken event is missing. Give it with --event.');
    if (reason === undefined) throw wrong('The reason is missing. Give it with --reason.');
    const voided = await this.operator.work((shop) =>
      shop.tell(new VoidEvent(orderId, event, reason, { kind: 'staff' }), [orderId], reason),
    );
    if (json) printJson(voided);
    else {
      const { version, leaves } = voided;
      print(`event ${event} of order ${orderId} was declared void by event ${version}`);
      if (leaves.status) print(`the order is ${leaves.status}`);
      for (const sentence of leaves.toDo) print(sentence);
    }
  }

  @Option({ flags: '--event <version>', description: 'the version of the broken event (required)' })
  parseEvent(text: string): number {
    return wholeIn('--event', text, 1);
  }

  @Option({ flags: '--reason <text>', description: 'the reason, without names (required)' })
  parseReason(text: string): string {
    return lineIn('--reason', text);
  }
}
