import { CartOverHttpModule } from '#modules/cart';
import { CatalogOverHttpModule } from '#modules/catalog';
import { CustomersOverHttpModule } from '#modules/customers';
import { OrderingModule } from '#modules/ordering';
import { serve } from '#platform/serve';

void serve('orders', [OrderingModule, CartOverHttpModule, CatalogOverHttpModule, CustomersOverHttpModule], {
  contexts: ['ordering'],
  port: 3005,
});
