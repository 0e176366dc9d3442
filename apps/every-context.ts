import { CartModule } from '#modules/cart';
import { CatalogModule } from '#modules/catalog';
import { CustomersModule } from '#modules/customers';
import { IdentityModule } from '#modules/identity';
import { InventoryModule } from '#modules/inventory';
import { NotificationsModule } from '#modules/notifications';
import { OrderingModule } from '#modules/ordering';
import { PaymentsModule } from '#modules/payments';

/** The modules of all contexts. */
export const everyContext = [
  IdentityModule,
  CustomersModule,
  CatalogModule,
  InventoryModule,
  CartModule,
  OrderingModule,
  PaymentsModule,
  NotificationsModule,
];
