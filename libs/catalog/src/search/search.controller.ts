import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import { IdShape } from '#kernel';
import { Answers, OperationDoc, OneOf, PageQuery, parseCursor, Slug, Text, WholeNumber } from '#platform/http';
import { Public } from '#platform/security';

import type { Locale } from '../shelf/locale';
import { ProductShape } from '../shelf/product-view';
import { sendJson, ShelfLocale } from '../shelf/shelf.controller';
import { SearchMetaShape } from './facets';
import { SearchProducts } from './search-products.query';
import { SuggestProducts } from './suggest-products.query';

class SearchQuery extends PageQuery {
  @Text({
    min: 1,
    max: 200,
    description: 'Accents are optional, and small spelling mistakes are corrected.',
    example: 'ca phe sua da',
  })
  q!: string;

  @Slug({ optional: true, description: 'Slug of a category.' })
  category?: string;

  @Slug({ optional: true, description: 'Slug of a brand.' })
  brand?: string;

  @WholeNumber({
    min: 0,
    optional: true,
    description: 'Only products whose cheapest variant costs at least this much, in đồng.',
  })
  minPrice?: number;

  @WholeNumber({
    min: 0,
    optional: true,
    description: 'Only products whose cheapest variant costs at most this much, in đồng.',
  })
  maxPrice?: number;

  @OneOf(['available', 'unavailable'], { optional: true })
  availability?: 'available' | 'unavailable';
}

class SuggestQuery {
  @Text({ min: 1, max: 100, description: 'What the person has typed so far.', example: 'tra d' })
  q!: string;

  @WholeNumber({ min: 1, max: 20, default: 8 })
  limit: number = 8;
}

const HitShape = ProductShape.extend({
  highlight: z.object({ name: z.string().nullable(), description: z.string().nullable() }).meta({
    description:
      'HTML. The found words are in `<em>`; all other text is HTML-encoded. Null if the field contains no searched word.',
  }),
}).meta({ id: 'SearchHit' });
const SuggestionShape = z
  .object({ text: z.string().meta({ example: 'Trà đào cam sả' }), productId: IdShape.optional() })
  .meta({ id: 'Suggestion' });

const cursorShape = z.tuple([z.int32(), z.int32(), z.uuid(), z.boolean()]);

@ApiTags('Catalogue')
@Controller('search')
export class SearchController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Public()
  @OperationDoc('searchProducts', 'Search products by words; with facets and highlights')
  @Answers(200, HitShape, { list: true, paged: true, meta: SearchMetaShape })
  async search(
    @Query() { q, limit, cursor, availability, ...filters }: SearchQuery,
    @ShelfLocale() locale: Locale,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const available = availability && availability === 'available';
    const [score, popularity, id, loosely] = parseCursor(cursor, cursorShape) ?? [];
    const after = id === undefined ? undefined : ([score!, popularity!, id] as const);
    const sought = { q, filters: { ...filters, available }, limit, after, loosely };
    sendJson(reply, await this.queries.execute(new SearchProducts(sought, locale)));
  }

  @Get('suggest')
  @Public()
  @OperationDoc('suggestProducts', 'Suggest products for the beginning of a word')
  @Answers(200, SuggestionShape, { list: true })
  async suggest(
    @Query() { q, limit }: SuggestQuery,
    @ShelfLocale() locale: Locale,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendJson(reply, await this.queries.execute(new SuggestProducts(q, limit, locale)));
  }
}
