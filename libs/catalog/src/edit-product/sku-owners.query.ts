import { Injectable } from '@nestjs/common';

import { SkuOwners, type SkuOwner } from '#contracts/catalog';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';

const findOwner = statement(
  'sku-bearer',
  `select id as "variantId", case when retired or archived then 0 else named end as named
     from variants where sku = $1 order by retired or archived, variants.named desc, id desc limit 1`,
);
const findSkus = statement('sku-names', 'select id, sku from variants where id = any($1::uuid[])');

@Injectable()
export class StoredSkuOwners extends SkuOwners {
  constructor(private readonly db: Database) {
    super();
  }

  async ownerOf(sku: string): Promise<SkuOwner | undefined> {
    const [found] = await this.db.query<SkuOwner>(findOwner, [sku]);
    return found;
  }

  async currentSkus(variantIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, string>> {
    if (variantIds.length === 0) return new Map();
    const rows = await this.db.query<{ id: Uuid; sku: string }>(findSkus, [variantIds]);
    return new Map(rows.map(({ id, sku }) => [id, sku]));
  }
}
