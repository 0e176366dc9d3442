import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { hasSeen, type Seen } from '#kernel';
import { Database } from '#database';
import { PreconditionFailed } from '#platform/http';
import { Customers } from '../model/customers.store';
import { changedFields, type NewProfile, type ProfileFields } from '../model/profile';

export class ChangeProfile extends Command<void> {
  constructor(
    /** The profile to change if AccountRegistered has not arrived yet. */
    readonly initial: NewProfile,
    readonly changes: Partial<ProfileFields>,
    readonly seen: Seen,
  ) {
    super();
  }
}

@CommandHandler(ChangeProfile)
export class ChangeProfileHandler implements ICommandHandler<ChangeProfile> {
  constructor(
    private readonly db: Database,
    private readonly customers: Customers,
  ) {}

  async execute({ initial, changes, seen }: ChangeProfile): Promise<void> {
    await this.db.transaction(async () => {
      await this.customers.insertIfMissing(initial);
      const known = await this.customers.lock(initial.id);
      if (!hasSeen(seen, known.version)) throw new PreconditionFailed();
      const changed = changedFields(known, changes);
      if (Object.keys(changed).length > 0) await this.customers.change(known, changed);
    });
  }
}
