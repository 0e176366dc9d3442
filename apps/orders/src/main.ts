import { OrderingModule } from '#modules/ordering';
import { serve } from '#platform/serve';

void serve('orders', [OrderingModule], { contexts: ['ordering'], port: 3005 });
