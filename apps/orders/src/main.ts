import { CartElsewhereModule } from '#modules/cart';
import { CatalogElsewhereModule } from '#modules/catalog';
import { OrderingModule } from '#modules/ordering';
import { serve } from '#platform/serve';

void serve('orders', [OrderingModule, CartElsewhereModule, CatalogElsewhereModule], {
  contexts: ['ordering'],
  port: 3005,
});
