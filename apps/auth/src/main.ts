import { IdentityModule } from '#modules/identity';
import { serve } from '#platform/serve';

void serve('auth', [IdentityModule], { contexts: ['identity'], port: 3001 });
