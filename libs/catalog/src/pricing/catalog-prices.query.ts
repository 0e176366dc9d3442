import { Injectable } from '@nestjs/common';

import { DomainError } from '#kernel';
import { CatalogPrices, type PricedLine, type UnpricedLine, type WantedLine } from '#contracts/catalog';
import { Database, statement } from '#database';

import type { Locale } from '../shelf/locale';
import { priceLine, type Offer } from './pricing';

const offers = (locale: Locale) => {
  const name = (table: string) => (locale === 'en' ? `coalesce(${table}.name_en, ${table}.name)` : `${table}.name`);
  return statement(
    `offers-${locale}`,
    `select v.product_id as "productId", v.id as "variantId", v.sku, ${name('p')} || ' – ' || ${name('v')} as name,
            ${name('v')} as "variantName", p.image_url as "imageUrl", v.price, greatest(v.available, 0) as available,
            not v.retired and p.status = 'active' as sold, p.modifiers
       from variants v join products p on p.id = v.product_id
      where v.id = any((select $1::uuid[])::uuid[]) and p.status <> 'draft'`,
  );
};
const statements = { vi: offers('vi'), en: offers('en') };

/** The longest wait for a price. */
const TIMEOUT_MS = 1_000;

@Injectable()
export class StoredCatalogPrices extends CatalogPrices {
  constructor(private readonly db: Database) {
    super();
  }

  async price(lines: readonly WantedLine[], locale: Locale): Promise<readonly (PricedLine | UnpricedLine)[]> {
    if (lines.length === 0) return [];
    const ids = [...new Set(lines.map(({ variantId }) => variantId))];
    const rows = await withTimeout(this.db.query<Offer>(statements[locale], [ids]));
    const byVariant = new Map(rows.map((offer) => [offer.variantId, offer]));
    return lines.map((line) => priceLine(line, byVariant.get(line.variantId), locale));
  }
}

const pricesUnavailable = () =>
  new DomainError('UNAVAILABLE', 'unavailable', 'Prices are not available right now. Try again in a moment.');

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(pricesUnavailable()), TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
