import { Injectable } from '@nestjs/common';

import { CatalogPrices, type PricedLine, type UnpricedLine, type WantedLine } from '#contracts/catalog';
import { Config } from '#platform/config';
import { RemoteContext } from '#platform/questions';

import type { Locale } from '../shelf/locale';

/** Asks another process for prices. */
@Injectable()
export class PricesOverHttp extends CatalogPrices {
  private readonly catalogue: RemoteContext;

  constructor({ catalogUrl, internalSecret }: Config) {
    super();
    if (!catalogUrl) throw new Error('CATALOG_URL is missing: it must be the URL of the process that serves prices');
    this.catalogue = new RemoteContext('catalogue', catalogUrl, internalSecret);
  }

  async price(lines: readonly WantedLine[], locale: Locale): Promise<readonly (PricedLine | UnpricedLine)[]> {
    if (lines.length === 0) return [];
    const wanted = lines.map(({ variantId, quantity, modifiers }) => ({
      variantId,
      quantity,
      modifiers: modifiers.map(({ optionId, quantity }) => ({ optionId, quantity })),
    }));
    return this.catalogue.ask('prices', { lines: wanted, locale });
  }
}
