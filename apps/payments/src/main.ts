import { PaymentsModule } from '#modules/payments';
import { serve } from '#platform/serve';

void serve('payments', [PaymentsModule], { contexts: ['payments', 'sandbox'], port: 3006 });
