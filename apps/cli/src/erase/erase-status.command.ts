import { SubCommand } from 'nest-commander';
import { ViewErasure } from '#identity/erase-person/erasures.query';
import { DomainError, isUuid } from '#kernel';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { EXIT } from '../output';
import { printErasure } from './print-erasure';

@SubCommand({ name: 'status', arguments: '<erasure>', description: 'the progress of an erasure; exit code 1 while it is under way' }) // prettier-ignore
export class EraseStatusCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([id]: string[], { json }: JsonOption): Promise<void> {
    if (!isUuid(id))
      throw new DomainError('VALIDATION_ERROR', 'invalid', 'Give the id of an erasure. It must be a UUID.');
    const erasure = await this.opener.withShop((shop) => shop.query(new ViewErasure(id)));
    printErasure(erasure, json);
    if (erasure.state !== 'done') process.exitCode = EXIT.failed;
  }
}
