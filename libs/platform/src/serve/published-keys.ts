import type { Provider } from '@nestjs/common';
import type { Config, ContextName } from '#platform/config';
import { PublishedKeys, VerifyingKeys } from '#platform/security';

/**
 * In a process without the identity context, access tokens are verified with the keys that the identity service
 * publishes.
 */
export const publishedKeys = (config: Config, contexts: readonly ContextName[]): Provider[] =>
  contexts.includes('identity') || !config.identityUrl
    ? []
    : [{ provide: VerifyingKeys, useValue: new PublishedKeys(`${config.identityUrl}/.well-known/jwks.json`) }];
