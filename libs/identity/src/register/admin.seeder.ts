import { Injectable } from '@nestjs/common';
import { Config } from '#platform/config';
import { Seeder } from '#platform/serve';
import { Clock, Ids } from '#platform/system';
import { Accounts } from '../model/accounts.store';
import { EmailTaken } from '../model/identity-errors';
import { Passwords } from '../model/passwords.adapter';

/** The admin that ADMIN_EMAIL and ADMIN_PASSWORD promise is there after every start, with that password. */
@Injectable()
export class AdminSeeder extends Seeder {
  override readonly always = true;

  constructor(
    private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    super();
  }

  async seed(): Promise<void> {
    const { adminEmail: email, adminPassword: password } = this.config;
    if (!email || !password) return;
    const known = await this.accounts.byEmail(email);
    if (!known) return this.add(email, password);
    const fits = await this.passwords.fits(password, known.passwordHash);
    if (fits && known.role === 'admin') return;
    await this.accounts.change(known.id, {
      role: 'admin',
      ...(!fits && { passwordHash: await this.passwords.hash(password) }),
    });
  }

  private async add(email: string, password: string): Promise<void> {
    const passwordHash = await this.passwords.hash(password);
    const account = { id: this.ids.next(), email, name: 'Admin', passwordHash, role: 'admin', locale: 'vi' } as const;
    await this.accounts.add({ ...account, createdAt: this.clock.now() }).catch((error: unknown) => {
      if (!(error instanceof EmailTaken)) throw error; // another instance was quicker
    });
  }
}
