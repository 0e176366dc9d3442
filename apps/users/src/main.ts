import { CustomersModule } from '#modules/customers';
import { serve } from '#platform/serve';

void serve('users', [CustomersModule], { contexts: ['customers'], port: 3002 });
