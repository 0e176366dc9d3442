import { Option, SubCommand } from 'nest-commander';
import { ChangeRole } from '#identity/change-role/change-role.command';
import { AccountWithEmail } from '#identity/erase-person/erasures.query';
import { DomainError, isUuid } from '#kernel';
import { ROLES, type Role } from '#platform/security';
import { parseLine } from '../arguments';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { print, printJson } from '../output';

interface RoleOptions extends JsonOption {
  readonly reason: string;
}

const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

@SubCommand({
  name: 'role',
  arguments: '<id-or-email> <role>',
  description: `change a person's role (${ROLES.join(', ')}); their sessions end`,
})
export class ChangeRoleCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run([idOrEmail, role]: string[], { json, reason }: RoleOptions): Promise<void> {
    if (!isRole(role))
      throw new DomainError(
        'VALIDATION_ERROR',
        'invalid',
        `There is no role ${role}. The roles are: ${ROLES.join(', ')}.`,
      );
    const done = await this.opener.withShop(async (shop) => {
      const lowerCased = idOrEmail.toLowerCase();
      const id = isUuid(lowerCased) ? lowerCased : await shop.query(new AccountWithEmail(idOrEmail));
      return shop.execute(new ChangeRole(id, role), [id, role], reason);
    });
    if (json) return printJson(done);
    print(`${done.id} has the role ${done.role} from the next log-in`);
  }

  @Option({
    flags: '--reason <text>',
    description: "the reason; do not write people's names in it (required)",
    required: true,
  })
  parseReason(text: string): string {
    return parseLine('--reason', text);
  }
}
