import { CartElsewhereModule } from '#modules/cart';
import { CatalogElsewhereModule } from '#modules/catalog';
import { CustomersElsewhereModule } from '#modules/customers';
import { OrderingModule } from '#modules/ordering';
import { serve } from '#platform/serve';

void serve('orders', [OrderingModule, CartElsewhereModule, CatalogElsewhereModule, CustomersElsewhereModule], {
  contexts: ['ordering'],
  port: 3005,
});
