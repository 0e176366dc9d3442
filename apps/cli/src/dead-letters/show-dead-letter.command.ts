import { SubCommand } from 'nest-commander';
import { showLetter, ViewDeadLetter } from '#messaging/dead-letters';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson } from '../output';

@SubCommand({ name: 'show', arguments: '<id>', description: 'one dead letter with its body and its error' })
export class ShowDeadLetterCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json }: JsonOption): Promise<void> {
    const letter = showLetter(await this.opener.withShop((shop) => shop.query(new ViewDeadLetter(id))));
    if (json) return printJson(letter);
    const { body, error, ...about } = letter;
    for (const [name, value] of Object.entries(about)) print(`${name.padEnd(11)} ${value ?? '–'}`);
    print(`body        ${JSON.stringify(body)}\n${error}`);
  }
}
