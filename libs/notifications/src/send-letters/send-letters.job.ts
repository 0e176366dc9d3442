import { EventBus } from '@nestjs/cqrs';
import { Inject, Injectable, Logger, Optional, type BeforeApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { crashPoint } from '#crash-points';
import { NotificationSent } from '#contracts/notifications';
import { Database } from '#database';
import { redactText } from '#platform/observability';
import { Vault } from '#platform/privacy';
import { activity, LessOftenWhenIdle } from '#platform/system';
import type { Letter } from '../letters/letter';
import { ConfirmedAddresses } from '../letters/confirmed-addresses';
import { Letters } from '../letters/letters.store';
import { renderLetter } from '../letters/render-letter';
import { Mailer } from './mailer';

/**
 * Sends the letters that are due. If the mail server does not accept a letter, the job tries again later. After a crash
 * a letter may be sent twice, with the same Message-ID.
 */
@Injectable()
export class SendLetters implements BeforeApplicationShutdown {
  private readonly log = new Logger(SendLetters.name);
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly db: Database,
    private readonly letters: Letters,
    private readonly vault: Vault,
    private readonly confirmed: ConfirmedAddresses,
    private readonly eventBus: EventBus,
    @Optional() @Inject(Mailer) private readonly mailer: Mailer | null,
  ) {}

  @Interval(500)
  @LessOftenWhenIdle()
  tick(): void {
    if (!this.mailer || this.closed || this.running) return;
    this.running = this.sendDue()
      .catch((error: unknown) => this.log.error(error))
      .finally(() => (this.running = undefined));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async drop(id: Letter['id']): Promise<void> {
    await this.letters.drop(id);
    this.log.log(`letter ${id} was deleted: its address was erased, or cannot be opened`);
  }

  private async sendDue(): Promise<void> {
    for (const letter of await this.letters.claimDue(10)) await this.send(letter);
  }

  private async send({ id, orderId, locale, recipient, content }: Letter): Promise<void> {
    activity.note(); // the letter may have to be sent again soon
    crashPoint('letter.claimed');
    try {
      const { name, email } = await this.vault.openAll(recipient, orderId);
      if (typeof email !== 'string' || typeof name !== 'string') return await this.drop(id);
      await this.mailer!.send({
        ...renderLetter(content, this.confirmed.include(recipient) ? name : undefined, locale),
        to: email,
        messageId: `<${id}@coffee-tea.shop>`,
      });
      crashPoint('letter.sent');
      await this.db.transaction(async () => {
        await this.letters.markSent(id);
        this.eventBus.publish(new NotificationSent({ orderId, event: content.event, channel: 'email' }));
      });
      crashPoint('letter.marked');
    } catch (error) {
      // The errors of mail servers can contain the address. The address must not be logged or stored.
      const why = redactText(error instanceof Error ? error.message : String(error));
      this.log.warn(`letter ${id} was not accepted and is sent again later: ${why}`);
      await this.letters.markFailed(id, why);
    }
  }
}
