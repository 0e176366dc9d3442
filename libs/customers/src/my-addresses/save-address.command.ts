import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError, NotFound, type Uuid } from '#kernel';
import { Database } from '#database';
import { addMessages } from '#platform/http';
import { Ids } from '#platform/system';
import { Addresses, type AddressFields } from '../model/addresses.store';
import { Customers } from '../model/customers.store';
import { addressView, type AddressView } from './address-view';

const MAX_ADDRESSES = 20;

class DefaultAddressNeeded extends DomainError {
  constructor() {
    super('DEFAULT_ADDRESS_NEEDED', 'conflict', 'One address is the default. Make another one the default instead.');
  }
}

addMessages({
  en: {
    DEFAULT_ADDRESS_NEEDED: 'One address is the default. Make another one the default instead.',
    TOO_MANY_ADDRESSES: 'There are {most} addresses already. Remove one first.',
  },
  vi: {
    DEFAULT_ADDRESS_NEEDED: 'Luôn có một địa chỉ mặc định. Hãy đặt địa chỉ khác làm mặc định.',
    TOO_MANY_ADDRESSES: 'Đã có {most} địa chỉ. Hãy xóa bớt một địa chỉ trước.',
  },
});

/** Changes the address with this id, or adds an address if there is no id. */
export class SaveAddress extends Command<AddressView> {
  constructor(
    readonly customerId: Uuid,
    readonly id: Uuid | undefined,
    readonly fields: Partial<AddressFields>,
  ) {
    super();
  }
}

@CommandHandler(SaveAddress)
export class SaveAddressHandler implements ICommandHandler<SaveAddress> {
  constructor(
    private readonly db: Database,
    private readonly addresses: Addresses,
    private readonly customers: Customers,
    private readonly ids: Ids,
  ) {}

  execute({ customerId, id, fields }: SaveAddress): Promise<AddressView> {
    return this.db.transaction(async () => {
      await this.addresses.lock(customerId);
      await this.customers.find(customerId); // throws if the person was erased
      return id ? this.change(customerId, id, fields) : this.add(customerId, fields as AddressFields);
    });
  }

  private async add(customerId: Uuid, fields: AddressFields): Promise<AddressView> {
    const count = await this.addresses.count(customerId);
    if (count >= MAX_ADDRESSES)
      throw new DomainError(
        'TOO_MANY_ADDRESSES',
        'refused',
        `There are ${MAX_ADDRESSES} addresses already. Remove one first.`,
        {
          most: MAX_ADDRESSES,
        },
      );
    const id = this.ids.next();
    await this.addresses.add({ ...fields, id, customerId, isDefault: fields.isDefault || count === 0 });
    return addressView((await this.addresses.find(customerId, id))!);
  }

  private async change(customerId: Uuid, id: Uuid, fields: Partial<AddressFields>): Promise<AddressView> {
    const known = await this.addresses.find(customerId, id);
    if (!known) throw new NotFound('address');
    // One address is always the default. So the client cannot unset the default, but can set another address.
    const { isDefault, ...rest } = fields;
    if (isDefault === false && known.isDefault) throw new DefaultAddressNeeded();
    await this.addresses.change(customerId, id, isDefault ? { ...rest, isDefault } : rest);
    return addressView((await this.addresses.find(customerId, id))!);
  }
}
