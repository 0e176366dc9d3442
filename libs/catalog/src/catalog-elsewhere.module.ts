import { Global, Module } from '@nestjs/common';

import { CatalogPrices } from '#contracts/catalog';

import { PricesOverHttp } from './pricing/prices-over-http.adapter';

/** In the place of `CatalogModule` where the catalogue is another process's. */
@Global()
@Module({ providers: [{ provide: CatalogPrices, useClass: PricesOverHttp }], exports: [CatalogPrices] })
export class CatalogElsewhereModule {}
