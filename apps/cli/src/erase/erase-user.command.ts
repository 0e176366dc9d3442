import { SubCommand } from 'nest-commander';
import { EraseAccount } from '#identity/erase-person/erase-person.command';
import { AccountWithEmail } from '#identity/erase-person/erasures.query';
import { isUuid } from '#kernel';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { printErasure } from './print-erasure';

@SubCommand({ name: 'user', arguments: '<id-or-email>', description: 'erase the personal data of a customer' })
export class EraseUserCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([idOrEmail]: string[], { json }: JsonOption): Promise<void> {
    const erasure = await this.opener.withShop(async (shop) => {
      const lowerCased = idOrEmail.toLowerCase();
      const id = isUuid(lowerCased) ? lowerCased : await shop.query(new AccountWithEmail(idOrEmail));
      return shop.execute(new EraseAccount(id), [id]);
    });
    printErasure(erasure, json);
  }
}
