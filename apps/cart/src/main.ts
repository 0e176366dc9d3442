import { CartModule } from '#modules/cart';
import { serve } from '#platform/serve';

void serve('cart', [CartModule], { contexts: ['cart'], port: 3004 });
