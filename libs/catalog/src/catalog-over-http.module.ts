import { Global, Module } from '@nestjs/common';

import { CatalogPrices } from '#contracts/catalog';

import { PricesOverHttp } from './pricing/prices-over-http.adapter';

/** Used instead of `CatalogModule` if another process serves the catalogue. */
@Global()
@Module({ providers: [{ provide: CatalogPrices, useClass: PricesOverHttp }], exports: [CatalogPrices] })
export class CatalogOverHttpModule {}
