import { Injectable } from '@nestjs/common';
import type { ContextName } from '#platform/config';
import type { MessageEndpoint } from './message-endpoint';

/** The messaging of each context in this process. */
@Injectable()
export class MessageEndpoints {
  private readonly byContext = new Map<ContextName, MessageEndpoint>();

  add(endpoint: MessageEndpoint): void {
    this.byContext.set(endpoint.context, endpoint);
  }

  get all(): readonly MessageEndpoint[] {
    return [...this.byContext.values()];
  }

  find(context: ContextName): MessageEndpoint | undefined {
    return this.byContext.get(context);
  }

  get(context: ContextName): MessageEndpoint {
    const endpoint = this.find(context);
    if (!endpoint) throw new Error(`the messaging of ${context} does not run in this process`);
    return endpoint;
  }
}
