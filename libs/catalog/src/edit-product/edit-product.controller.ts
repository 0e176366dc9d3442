import { Body, Controller, Delete, Get, Patch } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import type { Uuid } from '#kernel';
import { answer, Answers, Does, etagOf, IfMatch, PathId, PRIVATE, Refuses, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';

import { ProductChangeBody } from '../list-product/product-body.controller';
import { ShelvedProductShape, type ShelvedProduct } from '../model/product-books';
import { EditProduct } from './edit-product.command';
import { LookUpProduct } from './product-books.query';
import { RemoveProduct } from './remove-product.command';

@ApiTags('Catalogue, for staff')
@Controller('admin/products')
export class EditProductController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get(':id')
  @Allowed('catalog')
  @Does('lookUpProduct', 'A product as the books have it, drafts included')
  @Answers(200, ShelvedProductShape)
  @Refuses('NOT_FOUND')
  async lookUp(@PathId() id: Uuid): Promise<Answer<ShelvedProduct>> {
    const product = await this.queries.execute(new LookUpProduct(id));
    return answer(product, { etag: etagOf(product.version), cacheControl: PRIVATE });
  }

  @Patch(':id')
  @Allowed('catalog')
  @Does('editProduct', 'Change what is named; variants and modifiers are replaced as a whole')
  @Answers(200, ShelvedProductShape)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'SKU_TAKEN')
  async edit(
    @PathId() id: Uuid,
    @Body() change: ProductChangeBody,
    @IfMatch() seen: number | undefined,
  ): Promise<Answer<ShelvedProduct>> {
    const product = await this.commands.execute(new EditProduct(id, change, seen));
    return answer(product, { etag: etagOf(product.version) });
  }

  @Delete(':id')
  @Allowed('catalog')
  @Does('removeProduct', 'Take a product off the shelf for good')
  @Answers(204, null)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED')
  async remove(@PathId() id: Uuid, @IfMatch() seen: number | undefined): Promise<void> {
    await this.commands.execute(new RemoveProduct(id, seen));
  }
}
