import { IdentityModule } from '#modules/identity';
import { OrderingElsewhereModule } from '#modules/ordering';
import { serve } from '#platform/serve';

void serve('auth', [IdentityModule, OrderingElsewhereModule], { contexts: ['identity'], port: 3001 });
