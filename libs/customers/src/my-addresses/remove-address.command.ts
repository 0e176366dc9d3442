import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { NotFound, type Uuid } from '#kernel';
import { Database } from '#database';
import { Addresses } from '../model/addresses.store';

export class RemoveAddress extends Command<void> {
  constructor(
    readonly customerId: Uuid,
    readonly id: Uuid,
  ) {
    super();
  }
}

@CommandHandler(RemoveAddress)
export class RemoveAddressHandler implements ICommandHandler<RemoveAddress> {
  constructor(
    private readonly db: Database,
    private readonly addresses: Addresses,
  ) {}

  async execute({ customerId, id }: RemoveAddress): Promise<void> {
    await this.db.transaction(async () => {
      await this.addresses.lock(customerId);
      if (!(await this.addresses.find(customerId, id))) throw new NotFound('address');
      await this.addresses.remove(customerId, id);
    });
  }
}
