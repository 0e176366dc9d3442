import { Option, SubCommand } from 'nest-commander';
import { DropDeadLetter } from '#messaging/dead-letters';
import { parseLine } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { Operator, operatorName } from '../operator';
import { print, printJson } from '../output';

@SubCommand({
  name: 'drop',
  arguments: '<id>',
  description: 'drop one dead letter for ever; the messages behind it continue',
})
export class DropDeadLetterCommand extends JsonCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run([id]: string[], { json, reason }: JsonOption & { readonly reason: string }): Promise<void> {
    await this.operator.withShop((shop) => shop.execute(new DropDeadLetter(id, operatorName(), reason), [id], reason));
    if (json) printJson({ dropped: id });
    else print(`${id} was dropped`);
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
