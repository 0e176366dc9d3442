import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import { InstantShape } from '#kernel';
import { Answers, OperationDoc, Flag, OneOf, PageQuery, parseCursor, Slug, WholeNumber } from '#platform/http';
import { Public } from '#platform/security';

import type { Locale } from '../shelf/locale';
import { ProductShape } from '../shelf/product-view';
import { sendJson, ShelfLocale } from '../shelf/shelf.controller';
import { BrowseProducts } from './browse-products.query';
import { sorts, type Sort } from './browse-statement.query';

class ProductsQuery extends PageQuery {
  @Slug({ optional: true, description: 'Slug of a category.', example: 'coffee-espresso' })
  category?: string;

  @Slug({ optional: true, description: 'Slug of a brand.' })
  brand?: string;

  @Flag({ optional: true, description: 'True: only featured products. False: only the others.' })
  featured?: boolean;

  @Flag({ optional: true, description: 'True: only products that can be bought now. False: only the others.' })
  available?: boolean;

  @WholeNumber({
    min: 0,
    optional: true,
    description: 'Only products whose cheapest variant costs at least this much, in đồng.',
    example: 20000,
  })
  minPrice?: number;

  @WholeNumber({
    min: 0,
    optional: true,
    description: 'Only products whose cheapest variant costs at most this much, in đồng.',
    example: 60000,
  })
  maxPrice?: number;

  @OneOf(sorts, { default: 'newest' })
  sort: Sort = 'newest';
}

class PopularQuery {
  @WholeNumber({ min: 1, max: 100, default: 20 })
  limit: number = 20;

  @Slug({ optional: true, description: 'Slug of a category.' })
  category?: string;
}

const id = z.uuid();
/** A cursor belongs to one sort order. */
const cursorShapes = {
  newest: z.tuple([z.literal('newest'), InstantShape, id]),
  name: z.tuple([z.literal('name'), z.string().max(1024), id]),
  price: z.tuple([z.literal('price'), z.int(), id]),
  '-price': z.tuple([z.literal('-price'), z.int(), id]),
  popular: z.tuple([z.literal('popular'), z.int(), id]),
} satisfies Record<Sort, z.ZodType>;

@ApiTags('Catalogue')
@Controller('products')
export class BrowseProductsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Public()
  @OperationDoc('listProducts', 'Products, filtered and sorted, in pages')
  @Answers(200, ProductShape, { list: true, paged: true })
  async list(
    @Query() { cursor, ...wanted }: ProductsQuery,
    @ShelfLocale() locale: Locale,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const place = parseCursor<z.ZodType<readonly [Sort, string | number, string]>>(cursor, cursorShapes[wanted.sort]);
    const after = place && ([place[1], place[2]] as const);
    sendJson(reply, await this.queries.execute(new BrowseProducts(wanted, locale, after)));
  }

  @Get('popular')
  @Public()
  @OperationDoc('popularProducts', 'The products that are bought most')
  @Answers(200, ProductShape, { list: true, paged: true })
  async popular(
    @Query() { limit, category }: PopularQuery,
    @ShelfLocale() locale: Locale,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendJson(reply, await this.queries.execute(new BrowseProducts({ sort: 'popular', limit, category }, locale)));
  }
}
