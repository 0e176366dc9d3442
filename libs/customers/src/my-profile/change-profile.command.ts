import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { PreconditionFailed } from '#platform/http';
import { Customers, type Changes } from '../model/customers.store';

export class ChangeProfile extends Command<void> {
  constructor(
    readonly customer: { readonly id: Uuid; readonly email: string; readonly locale: 'vi' | 'en' },
    readonly changes: Changes,
    readonly ifVersion: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(ChangeProfile)
export class ChangeProfileHandler implements ICommandHandler<ChangeProfile> {
  constructor(private readonly customers: Customers) {}

  async execute({ customer, changes, ifVersion }: ChangeProfile): Promise<void> {
    if (!(await this.customers.find(customer.id))) await this.customers.welcome({ ...customer, name: customer.email });
    if (!(await this.customers.change(customer.id, changes, ifVersion))) throw new PreconditionFailed();
  }
}
