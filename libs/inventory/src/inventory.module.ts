import { Global, Module } from '@nestjs/common';
import { VariantListed, VariantsRenamed } from '#contracts/catalog';
import {
  CommitStock,
  ReleaseStock,
  ReserveStock,
  StockCommitRefused,
  StockCommitted,
  StockCounts,
  StockLevelChanged,
  StockReleased,
  StockReserved,
  StockShort,
} from '#contracts/inventory';
import { contextDatabase } from '#database';
import { addMessages } from '#platform/http';
import { contextMessaging } from '#messaging';
import { AdjustStockController } from './adjust-stock/adjust-stock.controller';
import { ChangeStockHandler } from './adjust-stock/change-stock.command';
import { CommitWhenAsked } from './commit-stock/commit-stock.consumer';
import { StockItemEntity } from './model/stock-item.entity';
import { Stocks } from './model/stocks.store';
import { ReleaseWhenAsked } from './release-stock/release-stock.consumer';
import { ReserveWhenAsked } from './reserve-stock/reserve-stock.consumer';
import { RenameWhenRenamed } from './rename-stock/rename-stock.consumer';
import { LocalStockCounts } from './rename-stock/local-stock-counts.adapter';
import { ShelveWhenListed } from './shelve-variant/shelve-variant.consumer';
import { stockConflicts } from './stock-conflicts.config';
import { stockTexts } from './stock-texts';
import { StockBySku } from './view-stock/stock-by-sku.adapter';
import { ViewStockController } from './view-stock/view-stock.controller';
import { ViewStockHandler } from './view-stock/view-stock.query';

const consumed = [VariantListed, VariantsRenamed, ReserveStock, CommitStock, ReleaseStock];
const published = [StockReserved, StockShort, StockCommitted, StockCommitRefused, StockReleased, StockLevelChanged];

addMessages(stockTexts);

/** Global, so that the catalogue can use `StockCounts` without importing this module. */
@Global()
@Module({
  imports: [
    contextDatabase('inventory', { entities: [StockItemEntity] }),
    contextMessaging('inventory', [...consumed, ...published]),
  ],
  controllers: [ViewStockController, AdjustStockController],
  providers: [
    Stocks,
    StockBySku,
    ShelveWhenListed,
    RenameWhenRenamed,
    ReserveWhenAsked,
    CommitWhenAsked,
    ReleaseWhenAsked,
    ChangeStockHandler,
    ViewStockHandler,
    stockConflicts,
    { provide: StockCounts, useClass: LocalStockCounts },
  ],
  exports: [StockCounts],
})
export class InventoryModule {}
