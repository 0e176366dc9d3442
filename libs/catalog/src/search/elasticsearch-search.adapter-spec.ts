import { randomUUID } from 'node:crypto';

import { ElasticsearchService } from '@nestjs/elasticsearch';
import { eventually } from '../../../../test/support/eventually';

import { ShelfIndex } from '../index-shelf/shelf-index.adapter';
import { ElasticsearchSearch } from './elasticsearch-search.adapter';
import { searchedShelf, productSearchContract } from './product-search.contract';

const node = process.env.TEST_ELASTICSEARCH_URL;

(node ? describe : describe.skip)('Searching in Elasticsearch', () => {
  const name = `test-${randomUUID()}`;
  const elasticsearch = new ElasticsearchService({ node: node ?? 'http://127.0.0.1:9200' });
  const index = new ShelfIndex(elasticsearch, name);

  beforeAll(async () => {
    expect(await index.create()).toBe(true);
    expect(await index.create()).toBe(false);
    await index.write(searchedShelf, true);
    // The first search on a new server takes longer than the shop's time limit.
    const search = new ElasticsearchSearch(elasticsearch, name);
    await eventually(() => search.search({ terms: [], filters: {}, limit: 1 }));
  }, 60_000);
  afterAll(async () => {
    await elasticsearch.indices.delete({ index: name });
    await elasticsearch.close();
  });

  productSearchContract(() => new ElasticsearchSearch(elasticsearch, name));

  it('removes products that are no longer listed, and ignores older revisions', async () => {
    const [first] = searchedShelf;
    const count = async () => (await elasticsearch.count({ index: name })).count;
    await index.write([{ ...first, listed: false, revision: 3 }], true);
    await index.write([{ ...first, revision: 2 }], true);
    expect(await count()).toBe(searchedShelf.length - 1);
    await index.write([{ ...first, revision: 4 }], true);
    expect(await count()).toBe(searchedShelf.length);
  });
});
