import { Injectable } from '@nestjs/common';
import { CatalogPrices, isPriced, type ChosenModifier, type WantedLine } from '#contracts/catalog';
import type { Money } from '#kernel';
import { currentRequest } from '#platform/observability';
import type { CartLine } from '../model/cart';
import { ModifiersInvalid, VariantUnavailable } from '../model/cart-errors';

/** Asks the catalogue whether a variant is sold with these options, and for its names and price. */
@Injectable()
export class OfferedLines {
  constructor(private readonly prices: CatalogPrices) {}

  /** The line with the catalogue's names, price and default options. Refuses a line that is not sold. */
  async offer(wanted: WantedLine, locale: 'vi' | 'en'): Promise<Omit<CartLine, 'id'>> {
    const [price] = await this.prices.price([wanted], locale);
    if (!price) throw new VariantUnavailable();
    if (!isPriced(price)) {
      // Names are in `locale`, but the text of a refusal must be in the caller's language.
      const callerLocale = currentRequest()?.locale ?? 'en';
      if (callerLocale !== locale) return this.offer(wanted, callerLocale);
      throw price.code === 'VARIANT_UNAVAILABLE'
        ? new VariantUnavailable()
        : new ModifiersInvalid({ field: 'modifiers', message: price.message });
    }
    const { variantId, quantity, productId, sku, name, variantName, imageUrl } = price;
    return {
      variantId,
      quantity,
      modifiers: price.modifiers.map(({ optionId, quantity }) => ({ optionId, quantity })),
      price: price.unitPrice,
      label: {
        ...{ productId, sku, name, variantName, imageUrl },
        modifiers: price.modifiers.map(({ optionId, group, name }) => ({ optionId, group, name })),
      },
    };
  }

  /** The options that the cart shows for this line, and the current price of one piece. No price if it is not sold. */
  async currentOptions(
    line: WantedLine,
    locale: 'vi' | 'en',
  ): Promise<{ readonly modifiers: readonly ChosenModifier[]; readonly price?: Money }> {
    const [price] = await this.prices.price([line], locale);
    if (!price || !isPriced(price)) return { modifiers: line.modifiers };
    return { modifiers: price.modifiers, price: price.unitPrice };
  }
}
