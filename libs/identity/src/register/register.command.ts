import { Command, CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { AccountRegistered } from '#contracts/identity';
import { Database } from '#database';
import { Vault } from '#platform/privacy';
import { Clock, Ids } from '#platform/system';
import { SessionOpener, type LogInOrigin } from '../log-in/log-in.command';
import type { SignedIn } from '../log-in/signed-in';
import { Accounts } from '../model/accounts.store';
import { EmailTaken } from '../model/identity-errors';
import { Passwords } from '../model/passwords.adapter';

export class Register extends Command<SignedIn> {
  constructor(
    readonly email: string,
    readonly password: string,
    readonly name: string,
    readonly locale: 'vi' | 'en',
    readonly from: LogInOrigin,
  ) {
    super();
  }
}

@CommandHandler(Register)
export class RegisterHandler implements ICommandHandler<Register> {
  constructor(
    private readonly db: Database,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly vault: Vault,
    private readonly eventBus: EventBus,
    private readonly sessionOpener: SessionOpener,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ email, password, name, locale, from }: Register): Promise<SignedIn> {
    // Hashing is slow, so the address is checked first. If two requests come at once, the unique key refuses one.
    if (await this.accounts.byEmail(email)) throw new EmailTaken();
    const passwordHash = await this.passwords.hash(password);
    const id = this.ids.next();
    const createdAt = this.clock.now();
    const [sealedEmail, sealedName] = await Promise.all([this.vault.seal(id, email), this.vault.seal(id, name)]);
    const account = { id, email, name, passwordHash, role: 'customer' as const, locale, createdAt };
    return this.db.transaction(async () => {
      await this.accounts.add(account);
      this.eventBus.publish(
        new AccountRegistered({
          userId: id,
          email: sealedEmail,
          name: sealedName,
          locale,
          at: createdAt.toISOString(),
        }),
      );
      return this.sessionOpener.openSession(account, from);
    });
  }
}
