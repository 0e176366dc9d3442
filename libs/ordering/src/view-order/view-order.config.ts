import { SpentTokens } from '#platform/security';
import { GuestTokens } from './guest-tokens.query';
import { ViewOrderController } from './view-order.controller';
import { ViewOrderHandler } from './view-order.query';

export const viewOrderProviders = [ViewOrderHandler, GuestTokens, { provide: SpentTokens, useExisting: GuestTokens }];
export const viewOrderControllers = [ViewOrderController];
