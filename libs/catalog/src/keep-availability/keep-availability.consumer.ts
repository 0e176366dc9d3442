import { StockLevelChanged } from '#contracts/inventory';
import { Hears, type Hearer } from '#platform/messaging';

import { Forget } from '../shelf/forget.adapter';
import { ShelfTidier } from '../shelf/tidy-shelf.job';
import { Availability } from './availability.store';

@Hears(StockLevelChanged)
export class KeepAvailability implements Hearer<StockLevelChanged> {
  static readonly handler = 'keep-availability';

  constructor(
    private readonly availability: Availability,
    private readonly tidier: ShelfTidier,
    private readonly forget: Forget,
  ) {}

  async handle({ body }: StockLevelChanged): Promise<void> {
    const product = await this.availability.keep(body);
    if (!product) return;
    this.forget.stock([product], product.turned);
    if (body.available <= 0 || product.turned) this.tidier.lookAgain(product.id);
  }
}
