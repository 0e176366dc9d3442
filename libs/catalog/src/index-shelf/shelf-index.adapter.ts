import { Injectable } from '@nestjs/common';
import { ElasticsearchService } from '@nestjs/elasticsearch';

import type { Uuid } from '#kernel';

export interface IndexedProduct {
  readonly id: Uuid;
  readonly listed: boolean;
  readonly revision: number;
  readonly name: readonly string[];
  readonly label: readonly string[];
  readonly all: readonly string[];
  readonly category: string;
  readonly brand: string;
  readonly price: number;
  readonly inStock: boolean;
  readonly popularity: number;
}

const keyword = { type: 'keyword' };
const mappings = {
  dynamic: 'strict',
  properties: {
    id: keyword,
    name: keyword,
    label: keyword,
    all: keyword,
    category: keyword,
    brand: keyword,
    price: { type: 'long' },
    inStock: { type: 'boolean' },
    popularity: { type: 'long' },
  },
};

/**
 * The shelf in Elasticsearch, with folded words as keywords. Each write has a revision, so Elasticsearch ignores a
 * write that is older than the stored one.
 */
@Injectable()
export class ShelfIndex {
  constructor(
    private readonly elasticsearch: ElasticsearchService,
    readonly name: string,
  ) {}

  /** Creates the index if it does not exist. Returns true if the index was created, and must be filled now. */
  async create(): Promise<boolean> {
    if (await this.elasticsearch.indices.exists({ index: this.name })) return false;
    const settings = {
      number_of_shards: 1,
      number_of_replicas: 0,
      auto_expand_replicas: '0-1',
      refresh_interval: '1s',
    };
    await this.elasticsearch.indices.create({ index: this.name, settings, mappings } as never);
    return true;
  }

  async write(products: readonly IndexedProduct[], refresh = false): Promise<void> {
    if (products.length === 0) return;
    const operations = products.flatMap(({ listed, revision, ...product }): object[] => {
      const target = { _index: this.name, _id: product.id, version: revision, version_type: 'external_gte' };
      return listed ? [{ index: target }, product] : [{ delete: target }];
    });
    const response = await this.elasticsearch.bulk({ operations, refresh });
    const failed = response.items
      .map((item) => item.index ?? item.delete)
      .find((item) => (item?.error ? item.status !== 409 : false));
    if (failed) throw new Error(`Elasticsearch refused a product: ${failed.error?.reason ?? failed.status}`);
  }
}
