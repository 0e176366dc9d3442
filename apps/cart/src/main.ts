import { CartModule } from '#modules/cart';
import { CatalogOverHttpModule } from '#modules/catalog';
import { serve } from '#platform/serve';

void serve('cart', [CartModule, CatalogOverHttpModule], { contexts: ['cart'], port: 3004 });
