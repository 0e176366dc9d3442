import { Injectable } from '@nestjs/common';
import { userInfo } from 'node:os';
import { AuditTrail } from '#platform/audit';
import { Config } from '#platform/config';
import { Seeder, SeedRefused } from '#platform/serve';
import { Clock, Ids } from '#platform/system';
import type { Account } from '../model/account.entity';
import { Accounts } from '../model/accounts.store';
import { EmailTaken } from '../model/identity-errors';
import { Passwords } from '../model/passwords.adapter';

type AdminLogin = Pick<Account, 'email'> & { readonly password: string };

/**
 * At every start, makes sure that the account of ADMIN_EMAIL exists, is an admin, and has ADMIN_PASSWORD. Anybody can
 * register an address without owning it. So an account that somebody else created is never made an admin.
 */
@Injectable()
export class AdminSeeder extends Seeder {
  override readonly always = true;

  constructor(
    private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    super();
  }

  async seed(): Promise<void> {
    const { adminEmail: email, adminPassword: password } = this.config;
    if (!email || !password) return;
    const known = await this.accounts.byEmail(email);
    if (known) return this.updateKnown(known, password);
    try {
      await this.add({ email, password });
    } catch (error) {
      if (!(error instanceof EmailTaken)) throw error;
      await this.updateKnown((await this.accounts.byEmail(email))!, password); // somebody else has just created the account
    }
  }

  private async updateKnown(known: Account, password: string): Promise<void> {
    const passwordMatches = await this.passwords.matches(password, known.passwordHash);
    // An account that somebody registered is accepted only if it is already an admin with this password.
    if (!known.seeded && !(passwordMatches && known.role === 'admin')) throw new SeedRefused(refusal(known.role));
    if (passwordMatches && known.seeded && known.role === 'admin') return;
    const passwordHash = passwordMatches ? known.passwordHash : await this.passwords.hash(password);
    await this.runAudited('changeAdmin', known.id, () =>
      this.accounts.change(known.id, { role: 'admin', seeded: true, passwordHash }),
    );
  }

  private async add({ email, password }: AdminLogin): Promise<void> {
    const passwordHash = await this.passwords.hash(password);
    const id = this.ids.next();
    const account = { id, email, name: 'Admin', passwordHash, role: 'admin', locale: 'vi', seeded: true } as const;
    await this.runAudited('addAdmin', id, () => this.accounts.add({ ...account, createdAt: this.clock.now() }));
  }

  private async runAudited(operation: string, accountId: string, work: () => Promise<void>): Promise<void> {
    const id = this.ids.next();
    const actor = `os:${userInfo().uid}`;
    const entry = { operation, request: 'start ADMIN_EMAIL ADMIN_PASSWORD', targets: [accountId], reason: null };
    await this.trail.begin({ id, actor, role: 'operator', channel: 'command-line', ...entry, requestId: null });
    try {
      await work();
    } catch (error) {
      const [status, code] = error instanceof EmailTaken ? [409, error.code] : [500, 'INTERNAL'];
      await this.trail.end(id, { status, code, made: null });
      throw error;
    }
    await this.trail.end(id, { status: 200, code: null, made: accountId });
  }
}

const refusal = (role: string): string =>
  `ADMIN_EMAIL is the address of an account that the shop did not create (its role is ${role}). The account does not ` +
  'become the admin, because the person who registered it may still be signed in. Choose another ADMIN_EMAIL. If this ' +
  'account should be an admin, give it the role (npm run shop -- users role <address> admin --reason <text>). If ' +
  'nobody needs it, erase it (npm run shop -- erase user <address>)';
