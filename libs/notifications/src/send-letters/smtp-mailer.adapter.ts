import type { OnApplicationShutdown } from '@nestjs/common';
import type { Transporter } from 'nodemailer';
import { Mailer, type Mail } from './mailer';

const TIMEOUT_MS = 10_000;

/** Sends letters by SMTP, with a small pool of connections. nodemailer is loaded when the first letter is sent. */
export class SmtpMailer extends Mailer implements OnApplicationShutdown {
  private transporter: Promise<Transporter> | undefined;

  constructor(
    private readonly url: string,
    private readonly from: string,
  ) {
    super();
  }

  async send({ to, subject, text, html, messageId }: Mail): Promise<void> {
    const transporter = await (this.transporter ??= this.connect());
    await transporter.sendMail({ from: this.from, to, subject, text, html, messageId });
  }

  async onApplicationShutdown(): Promise<void> {
    (await this.transporter)?.close();
  }

  private async connect(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
    return createTransport({ url: this.url, pool: true, maxConnections: 3, ...timeouts } as never);
  }
}
