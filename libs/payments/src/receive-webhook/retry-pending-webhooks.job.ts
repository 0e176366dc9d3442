import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Interval } from '@nestjs/schedule';
import { NotFound } from '#kernel';
import { activity, LessOftenWhenIdle } from '#platform/system';
import { ReceivedWebhooks } from '../model/received-webhooks.store';
import { ReceiveWebhook } from './receive-webhook.command';

/** Processes stored webhooks again, because the provider's books did not confirm them before. */
@Injectable()
export class RetryPendingWebhooks implements BeforeApplicationShutdown {
  private readonly log = new Logger(RetryPendingWebhooks.name);
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly webhooks: ReceivedWebhooks,
    private readonly commands: CommandBus,
  ) {}

  @Interval(2_000)
  @LessOftenWhenIdle()
  tick(): void {
    if (this.closed || this.running) return;
    this.running = this.handleDue()
      .catch((error: unknown) => this.log.error(error))
      .finally(() => (this.running = undefined));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async handleDue(): Promise<void> {
    const due = await this.webhooks.claimDue(20);
    if (due.length > 0) activity.note(); // they may have to be handled again soon
    await Promise.all(due.map(({ provider, event }) => this.receive(new ReceiveWebhook(provider, event))));
  }

  private async receive(webhook: ReceiveWebhook): Promise<void> {
    try {
      await this.commands.execute(webhook);
    } catch (error) {
      if (!(error instanceof NotFound)) this.log.error(error); // NotFound: the webhook became a finding
    }
  }
}
