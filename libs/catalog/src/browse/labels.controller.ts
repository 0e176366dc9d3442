import { Controller, Get, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { Answers, OperationDoc } from '#platform/http';
import { Public } from '#platform/security';

import type { Locale } from '../shelf/locale';
import { BrandShape, CategoryShape } from '../shelf/product-view';
import { sendJson, ShelfLocale } from '../shelf/shelf.controller';
import { ListLabels } from './labels.query';

@ApiTags('Catalogue')
@Controller()
export class LabelsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('categories')
  @Public()
  @OperationDoc('listCategories', 'The categories')
  @Answers(200, CategoryShape, { list: true })
  async categories(@ShelfLocale() locale: Locale, @Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, await this.queries.execute(new ListLabels('categories', locale)));
  }

  @Get('brands')
  @Public()
  @OperationDoc('listBrands', 'The brands')
  @Answers(200, BrandShape, { list: true })
  async brands(@ShelfLocale() locale: Locale, @Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, await this.queries.execute(new ListLabels('brands', locale)));
  }
}
