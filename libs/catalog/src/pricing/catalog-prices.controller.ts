import { Body, Controller, HttpCode, Post } from '@nestjs/common';

import { CatalogPrices, type PricedLine, type UnpricedLine } from '#contracts/catalog';
import { Id, ListOf, OneOf, WholeNumber } from '#platform/http';
import { Internal } from '#platform/questions';

class ModifierBody {
  @Id()
  optionId!: string;

  @WholeNumber({ min: 1 })
  quantity!: number;
}

class WantedBody {
  @Id()
  variantId!: string;

  @WholeNumber({ min: 1 })
  quantity!: number;

  @ListOf(() => ModifierBody, { max: 1_000 })
  modifiers!: ModifierBody[];
}

class PricesBody {
  @ListOf(() => WantedBody, { max: 1_000 })
  lines!: WantedBody[];

  @OneOf(['vi', 'en'])
  locale!: 'vi' | 'en';
}

/** Answers the question `CatalogPrices` over HTTP, for the other processes of the application. */
@Internal()
@Controller('internal/prices')
export class CatalogPricesController {
  constructor(private readonly prices: CatalogPrices) {}

  @Post()
  @HttpCode(200)
  price(@Body() { lines, locale }: PricesBody): Promise<readonly (PricedLine | UnpricedLine)[]> {
    return this.prices.price(lines, locale);
  }
}
