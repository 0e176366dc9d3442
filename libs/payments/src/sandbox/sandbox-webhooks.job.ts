import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crashPoint } from '#crash-points';
import { Config } from '#platform/config';
import { Clock, LessOftenWhenIdle } from '#platform/system';
import { SandboxLedger, type WebhookRow } from './sandbox-ledger.store';
import { sign } from './webhook-signature';

const TIMEOUT_MS = 2_000;

/** Settles due charges, and delivers the provider's webhooks by HTTP. The queue of webhooks is a table. */
@Injectable()
export class SandboxWebhooks implements BeforeApplicationShutdown {
  private readonly log = new Logger(SandboxWebhooks.name);
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly ledger: SandboxLedger,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly http: HttpAdapterHost,
  ) {}

  @Interval(250)
  @LessOftenWhenIdle()
  tick(): void {
    if (!this.config.paymentProviders.includes('sandbox')) return;
    if (this.closed || this.running) return;
    this.running = this.deliverDue()
      .catch((error: unknown) => this.log.warn(error instanceof Error ? error.message : String(error)))
      .finally(() => (this.running = undefined));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async deliverDue(): Promise<void> {
    const base = this.shopUrl();
    if (!base) return; // the shop does not accept requests yet
    await this.ledger.settle();
    const due = await this.ledger.claimWebhooks();
    await Promise.allSettled(due.map((webhook) => this.deliver(base, webhook)));
  }

  private async deliver(base: string, { id, event_id, body }: WebhookRow): Promise<void> {
    const bytes = Buffer.from(JSON.stringify({ id: event_id, ...body }));
    const seconds = Math.floor(this.clock.now().getTime() / 1000);
    const response = await fetch(`${base}/api/v1/payments/webhooks/sandbox`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'sandbox-signature': sign(this.config.sandboxWebhookSecret!, seconds, bytes),
      },
      body: bytes,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    crashPoint('webhook.answered');
    if (response.ok) await this.ledger.markDelivered(id);
    else this.log.warn(`the shop answered ${response.status} to webhook ${event_id}; it will be sent again`);
  }

  private shopUrl(): string | undefined {
    const server = this.http.httpAdapter?.getHttpServer() as Server | undefined;
    const address = server?.address() as AddressInfo | null | undefined;
    if (!address?.port) return undefined;
    const host = address.family === 'IPv6' ? '[::1]' : '127.0.0.1';
    return `http://${address.address === '::' || address.address === '0.0.0.0' || address.address.startsWith('127.') ? host : address.address}:${address.port}`;
  }
}
