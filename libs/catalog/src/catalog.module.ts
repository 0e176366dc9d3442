import { Global, Module } from '@nestjs/common';
import { ElasticsearchModule } from '@nestjs/elasticsearch';

import { CatalogPrices, SkuOwners, VariantListed, VariantsRenamed } from '#contracts/catalog';
import { StockLevelChanged } from '#contracts/inventory';
import { OrderConfirmed } from '#contracts/ordering';
import { CacheModule } from '#platform/cache';
import { Config } from '#platform/config';
import { contextDatabase } from '#database';
import { addMessages } from '#platform/http';
import { LeadershipModule } from '#database/leadership';
import { contextMessaging } from '#messaging';

import { ArrangeShelvesHandler } from './arrange-shelves/arrange-shelves.command';
import { ArrangeShelvesController } from './arrange-shelves/arrange-shelves.controller';
import { LookUpLabelsHandler } from './arrange-shelves/labels.query';
import { Labels } from './arrange-shelves/labels.store';
import { BrowseProductsController } from './browse/browse-products.controller';
import { BrowseProductsHandler } from './browse/browse-products.query';
import { LabelsController } from './browse/labels.controller';
import { ListLabelsHandler } from './browse/labels.query';
import { catalogTexts } from './catalog-texts';
import { CountSales } from './count-sales/count-sales.consumer';
import { Sales } from './count-sales/sales.store';
import { DemoShelves } from './demo/demo-shelves.store';
import { EditProductHandler } from './edit-product/edit-product.command';
import { EditProductController } from './edit-product/edit-product.controller';
import { ListProductsHandler, LookUpProductHandler } from './edit-product/staff-products.query';
import { RemoveProductHandler } from './edit-product/remove-product.command';
import { RestoreProductHandler } from './edit-product/restore-product.command';
import { StoredSkuOwners } from './edit-product/sku-owners.query';
import { RepairNames } from './repair-names/repair-names.store';
import { IndexShelf } from './index-shelf/index-shelf.job';
import { Unindexed } from './index-shelf/unindexed.store';
import { Availability } from './keep-availability/availability.store';
import { KeepAvailability } from './keep-availability/keep-availability.consumer';
import { ListProductHandler } from './list-product/list-product.command';
import { ListProductController } from './list-product/list-product.controller';
import { BrandEntity } from './model/brand.entity';
import { CategoryEntity } from './model/category.entity';
import { ProductEntity } from './model/product.entity';
import { Products } from './model/products.store';
import { ReservedWords } from './model/reserved-words.config';
import { VariantEntity } from './model/variant.entity';
import { CatalogPricesController } from './pricing/catalog-prices.controller';
import { StoredCatalogPrices } from './pricing/catalog-prices.query';
import { PostgresSearch } from './search/postgres-search.adapter';
import { productSearch, shelfIndex } from './search/search.config';
import { SearchController } from './search/search.controller';
import { SearchProductsHandler } from './search/search-products.query';
import { SuggestProductsHandler } from './search/suggest-products.query';
import { Vocabularies } from './search/vocabularies.query';
import { CacheInvalidation } from './shelf/cache-invalidation.adapter';
import { Shelf } from './shelf/shelf.store';
import { ShelfTidier } from './shelf/tidy-shelf.job';
import { ViewProductController } from './view-product/view-product.controller';
import { ViewProductHandler } from './view-product/view-product.query';
import { warmingMetrics } from './warm-shelves/warming-metrics.config';
import { WarmShelves } from './warm-shelves/warm-shelves.job';

const entities = [CategoryEntity, BrandEntity, ProductEntity, VariantEntity];
const queries = [
  BrowseProductsHandler,
  ListLabelsHandler,
  ViewProductHandler,
  SearchProductsHandler,
  SuggestProductsHandler,
  LookUpProductHandler,
  ListProductsHandler,
  LookUpLabelsHandler,
];
const commands = [
  ListProductHandler,
  EditProductHandler,
  RemoveProductHandler,
  RestoreProductHandler,
  ArrangeShelvesHandler,
];
const consumers = [KeepAvailability, CountSales];
const stores = [ReservedWords, Shelf, Products, Labels, Availability, Sales, Unindexed, Vocabularies];
const jobs = [ShelfTidier, WarmShelves, IndexShelf, DemoShelves, RepairNames];

export { CatalogOverHttpModule } from './catalog-over-http.module';

addMessages(catalogTexts);

/** The module is global, so that other contexts can ask the catalogue's questions without importing the module. */
@Global()
@Module({
  imports: [
    contextDatabase('catalog', { entities }),
    contextMessaging('catalog', [VariantListed, VariantsRenamed, StockLevelChanged, OrderConfirmed]),
    CacheModule,
    LeadershipModule,
    // The client connects at its first request. Without a URL there is no request.
    ElasticsearchModule.registerAsync({
      inject: [Config],
      useFactory: ({ elasticsearchUrl }: Config) => ({ node: elasticsearchUrl ?? 'http://127.0.0.1:9200' }),
    }),
  ],
  controllers: [
    BrowseProductsController,
    LabelsController,
    SearchController,
    ViewProductController,
    ListProductController,
    EditProductController,
    ArrangeShelvesController,
    CatalogPricesController,
  ],
  providers: [
    ...queries,
    ...commands,
    ...consumers,
    ...stores,
    ...jobs,
    ...warmingMetrics,
    CacheInvalidation,
    PostgresSearch,
    productSearch,
    shelfIndex,
    { provide: CatalogPrices, useClass: StoredCatalogPrices },
    { provide: SkuOwners, useClass: StoredSkuOwners },
  ],
  exports: [CatalogPrices, SkuOwners],
})
export class CatalogModule {}
