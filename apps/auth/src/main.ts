import { IdentityModule } from '#modules/identity';
import { OrderingOverHttpModule } from '#modules/ordering';
import { serve } from '#platform/serve';

void serve('auth', [IdentityModule, OrderingOverHttpModule], { contexts: ['identity'], port: 3001 });
