import { CartModule } from '#modules/cart';
import { CatalogElsewhereModule } from '#modules/catalog';
import { serve } from '#platform/serve';

void serve('cart', [CartModule, CatalogElsewhereModule], { contexts: ['cart'], port: 3004 });
