import { Controller, Get, Param, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { Answers, OperationDoc, Refuses, Slug } from '#platform/http';
import { Public } from '#platform/security';

import type { Locale } from '../shelf/locale';
import { ProductShape } from '../shelf/product-view';
import { sendJson, ShelfLocale } from '../shelf/shelf.controller';
import { ViewProduct } from './view-product.query';

class ProductPath {
  @Slug({ description: 'Id or slug.', example: 'ca-phe-sua-da' })
  idOrSlug!: string;
}

@ApiTags('Catalogue')
@Controller('products')
export class ViewProductController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':idOrSlug')
  @Public()
  @OperationDoc('viewProduct', 'One product, with its variants, options and availability')
  @ApiParam({ name: 'idOrSlug', example: 'ca-phe-sua-da' })
  @Answers(200, ProductShape)
  @Refuses('NOT_FOUND')
  async view(@Param() path: ProductPath, @ShelfLocale() locale: Locale, @Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, await this.queries.execute(new ViewProduct(path.idOrSlug, locale)));
  }
}
