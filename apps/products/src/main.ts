import { CatalogModule } from '#modules/catalog';
import { InventoryModule } from '#modules/inventory';
import { serve } from '#platform/serve';

void serve('products', [CatalogModule, InventoryModule], { contexts: ['catalog', 'inventory'], port: 3003 });
