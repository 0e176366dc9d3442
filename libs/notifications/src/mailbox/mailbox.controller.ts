import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, InstantShape } from '#kernel';
import { Config } from '#platform/config';
import { ShowsPeople } from '#platform/audit';
import { Answers, OperationDoc, Email, page, PageQuery, parseCursor } from '#platform/http';
import { Vault } from '#platform/privacy';
import { Allowed } from '#platform/security';
import { ConfirmedAddresses } from '../letters/confirmed-addresses';
import { Letters } from '../letters/letters.store';
import { recipientKeys } from '../letters/recipient-key';
import { renderLetter } from '../letters/render-letter';

const MailboxEntry = z
  .object({
    id: IdShape,
    orderId: IdShape,
    to: z.string().meta({ description: 'The e-mail address, or "erased".', example: 'an@example.com' }),
    subject: z.string().meta({ example: 'Đơn hàng CT-7K3M9Q đã được xác nhận' }),
    body: z.string(),
    event: z.enum([
      'order-confirmed',
      'order-cancelled',
      'order-payment-reversed',
      'order-refunded',
      'order-refund-failed',
      'order-status',
    ]),
    sentAt: InstantShape,
  })
  .meta({ id: 'MailboxEntry' });

const CursorShape = z.object({ at: InstantShape, id: IdShape });
const ERASED = 'erased';

class MailboxQuery extends PageQuery {
  @Email({ kept: true, optional: true, description: 'Only e-mails to this address.' })
  to?: string;
}

@ApiTags('Operations')
@Controller('admin/mailbox')
export class MailboxController {
  constructor(
    private readonly letters: Letters,
    private readonly vault: Vault,
    private readonly confirmed: ConfirmedAddresses,
    private readonly config: Config,
  ) {}

  @Get()
  @Allowed('ops')
  @ShowsPeople()
  @OperationDoc('listMailbox', 'The e-mails to customers, newest first')
  @Answers(200, MailboxEntry, { list: true, paged: true })
  async list(@Query() { to, limit, cursor }: MailboxQuery) {
    const keys = to === undefined ? undefined : recipientKeys(this.config.personalDataKey, to);
    const letters = await this.letters.list(keys, parseCursor(cursor, CursorShape), limit + 1);
    const people = await this.vault.openAll(
      letters.map(({ recipient }) => recipient),
      letters.map(({ orderId }) => orderId),
    );
    return page(
      letters.map((letter, index) => ({ ...letter, person: people[index] })),
      limit,
      ({ sentAt, id }) => ({ at: sentAt, id }),
      ({ id, orderId, content, locale, recipient, person, sentAt }): z.infer<typeof MailboxEntry> => {
        const isNamed = typeof person.name === 'string' && this.confirmed.include(recipient);
        const { subject, text } = renderLetter(content, isNamed ? person.name : undefined, locale);
        return {
          ...{ id, orderId, subject, body: text, event: content.event, sentAt: sentAt.toISOString() },
          to: typeof person.email === 'string' ? person.email : ERASED,
        };
      },
    );
  }
}
