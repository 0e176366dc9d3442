import { Controller, Param, Post, Req, type RawBodyRequest } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ZodError, z } from 'zod';
import { DomainError, NotFound } from '#kernel';
import { Answers, AnyBody, OperationDoc, Refuses } from '#platform/http';
import { Public, Unlimited } from '#platform/security';
import { Clock } from '#platform/system';
import type { FastifyRequest } from 'fastify';
import { WebhookRefused, type PaymentProvider, type WebhookEvent } from '../model/payment-provider';
import { Providers } from '../settle-payment/providers';
import { ReceiveWebhook } from './receive-webhook.command';
import { CommandBus } from '@nestjs/cqrs';

const Received = z.object({ received: z.literal(true) }).meta({ id: 'WebhookReceived' });

@ApiTags('Payments')
@Controller('payments/webhooks')
export class ReceiveWebhookController {
  constructor(
    private readonly providers: Providers,
    private readonly clock: Clock,
    private readonly commands: CommandBus,
  ) {}

  @Post(':provider')
  @Public()
  @Unlimited()
  @AnyBody()
  @OperationDoc('receivePaymentWebhook', 'Receive a signed message of a payment provider')
  @Answers(200, Received)
  @Refuses('NOT_FOUND', {
    status: 401,
    code: 'WEBHOOK_SIGNATURE_INVALID',
    when: 'The message has no signature, is signed with another key, or is older than five minutes.',
  })
  async receive(
    @Param('provider') name: string,
    @Req() request: RawBodyRequest<FastifyRequest>,
  ): Promise<z.infer<typeof Received>> {
    const provider = this.providers.find(name);
    if (!provider) throw new NotFound('payment provider');
    await this.commands.execute(new ReceiveWebhook(name, this.read(provider, request)));
    return { received: true };
  }

  private read(provider: PaymentProvider, request: RawBodyRequest<FastifyRequest>): WebhookEvent {
    try {
      return provider.webhook(request.rawBody ?? Buffer.alloc(0), request.headers, this.clock.now());
    } catch (error) {
      if (error instanceof WebhookRefused)
        throw new DomainError(
          'WEBHOOK_SIGNATURE_INVALID',
          'unauthenticated',
          `The webhook is refused: ${error.message}.`,
        );
      if (error instanceof ZodError || error instanceof SyntaxError)
        throw new DomainError('VALIDATION_ERROR', 'invalid', 'The body of the webhook has an unknown format.');
      throw error;
    }
  }
}
