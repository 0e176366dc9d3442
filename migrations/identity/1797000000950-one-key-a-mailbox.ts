import type { MigrationInterface, QueryRunner } from 'typeorm';

interface Row {
  readonly id: string;
  readonly email: string;
  readonly email_key: string;
}

function domainForm(domain: string): string | undefined {
  if (domain === '' || /[\s/?#%:\\[\]@]/u.test(domain) || !URL.canParse(`http://${domain}`)) return undefined;
  return new URL(`http://${domain}`).hostname;
}

const folded = (text: string): string =>
  Array.from(text.normalize('NFC'), (letter) => {
    const capital = letter.toUpperCase();
    return letter !== 'ı' && Array.from(capital).length === 1 ? capital.toLowerCase() : letter.toLowerCase();
  })
    .join('')
    .normalize('NFC');

/** The key as it is made from now on; this migration must not change when the code does. */
function mailboxOf(email: string): string | undefined {
  const text = email.trim();
  const at = text.lastIndexOf('@');
  const domain = at > 0 ? domainForm(text.slice(at + 1)) : undefined;
  return domain && `${folded(text.slice(0, at))}@${domain}`;
}

/**
 * Addresses outside of ASCII get the key of their mailbox. Where two accounts share a mailbox the older one gets it; the
 * other keeps its own key, by which it is found as before.
 */
export class OneKeyAMailbox1797000000950 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const rows = (await runner.query(
      `select id, email, email_key from accounts where email_key ~ '[^ -~]' order by created_at, id`,
    )) as Row[];
    for (const { id, email, email_key } of rows) {
      const key = mailboxOf(email);
      if (key === undefined || key === email_key) continue;
      await runner.query(
        `update accounts set email_key = $2 where id = $1 and not exists (select from accounts where email_key = $2)`,
        [id, key],
      );
    }
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
