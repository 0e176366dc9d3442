import { Body, Controller, Delete, Get, Patch, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { IdShape, InstantShape, type Uuid, type Seen } from '#kernel';
import {
  answer,
  Answers,
  Immutable,
  BodyExample,
  OperationDoc,
  IfMatch,
  Line,
  NewSlug,
  PathId,
  PRIVATE,
  ReadOnly,
  Refuses,
  HasEtag,
  etagOfView,
  Text,
  WholeNumber,
  type Answer,
} from '#platform/http';
import { Allowed } from '#platform/security';

import { ArrangeShelves, type Arrangement } from './arrange-shelves.command';
import { ArrangedBrandShape, ArrangedCategoryShape } from './label-answer';
import { LookUpLabels } from './labels.query';
import type { LabelKind, StoredLabel } from './labels.store';

class LabelFields {
  @Line({ min: 2, max: 100, optional: true, example: 'Cà phê & Espresso' })
  name?: string;

  @NewSlug({ optional: true, example: 'seasonal-drinks' })
  slug?: string;

  @Text({ max: 2000, optional: true, nullable: true })
  description?: string | null;
}
class CategoryFields extends LabelFields {
  @Line({ min: 2, max: 100, optional: true, nullable: true, example: 'Coffee & espresso' })
  nameEn?: string | null;

  @WholeNumber({
    min: 0,
    max: 10_000,
    optional: true,
    nullable: true,
    description: 'The position of the category in the list; null is the first.',
  })
  position?: number | null;
}
class CategoryBody extends CategoryFields {
  @Line({ min: 2, max: 100, example: 'Cà phê & Espresso' })
  declare name: string;
}
class BrandBody extends LabelFields {
  @Line({ min: 2, max: 100, example: 'Trung Nguyên' })
  declare name: string;
}

/** A client can send back a category as it was read. */
class CategoryChangeBody extends CategoryFields {
  @Immutable(IdShape, { type: String, format: 'uuid' })
  id?: string;

  @ReadOnly(z.int(), { type: 'integer', example: 1 })
  version?: number;

  @ReadOnly(z.int(), { type: 'integer', example: 14 })
  products?: number;

  @ReadOnly(InstantShape, { type: String, format: 'date-time' })
  createdAt?: string;

  @ReadOnly(InstantShape, { type: String, format: 'date-time' })
  updatedAt?: string;
}

/** A client can send back a brand as it was read. */
class BrandChangeBody extends LabelFields {
  @Immutable(IdShape, { type: String, format: 'uuid' })
  id?: string;

  @ReadOnly(z.int(), { type: 'integer', example: 1 })
  version?: number;

  @ReadOnly(z.int(), { type: 'integer', example: 14 })
  products?: number;

  @ReadOnly(InstantShape, { type: String, format: 'date-time' })
  createdAt?: string;

  @ReadOnly(InstantShape, { type: String, format: 'date-time' })
  updatedAt?: string;
}

const SEASONAL = { slug: 'seasonal-drinks', nameEn: 'Seasonal drinks', description: 'Chỉ có trong mùa.', position: 3 };

@ApiTags('Catalogue, for staff')
@Controller('admin')
@Allowed('catalog')
export class ArrangeShelvesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('categories')
  @OperationDoc('listCategoriesForStaff', 'Categories as they are stored, in both languages')
  @Answers(200, ArrangedCategoryShape, { list: true })
  categories(): Promise<readonly StoredLabel[]> {
    return this.queries.execute(new LookUpLabels('category'));
  }

  @Get('categories/:id')
  @HasEtag()
  @OperationDoc('lookUpCategory', 'A category as it is stored')
  @Answers(200, ArrangedCategoryShape)
  @Refuses('NOT_FOUND')
  category(@PathId() id: Uuid): Promise<Answer<StoredLabel>> {
    return this.lookUp('category', id);
  }

  @Get('brands')
  @OperationDoc('listBrandsForStaff', 'Brands as they are stored')
  @Answers(200, ArrangedBrandShape, { list: true })
  brands(): Promise<readonly StoredLabel[]> {
    return this.queries.execute(new LookUpLabels('brand'));
  }

  @Get('brands/:id')
  @HasEtag()
  @OperationDoc('lookUpBrand', 'A brand as it is stored')
  @Answers(200, ArrangedBrandShape)
  @Refuses('NOT_FOUND')
  brand(@PathId() id: Uuid): Promise<Answer<StoredLabel>> {
    return this.lookUp('brand', id);
  }

  @Post('categories')
  @BodyExample({ ...SEASONAL, name: 'Món theo mùa' })
  @HasEtag()
  @OperationDoc('createCategory', 'Add a category')
  @Answers(201, ArrangedCategoryShape, { headers: { Location: 'The URL of the category, for staff.' } })
  @Refuses('SLUG_TAKEN')
  addCategory(@Body() make: CategoryBody): Promise<Answer<StoredLabel | null>> {
    return this.arrange('category', { make });
  }

  @Patch('categories/:id')
  @BodyExample({ nameEn: 'Seasonal drinks', position: 3 })
  @OperationDoc('editCategory', 'Change a category; the change is visible on its products')
  @Answers(200, ArrangedCategoryShape)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'SLUG_TAKEN')
  editCategory(
    @PathId() id: Uuid,
    @Body() change: CategoryChangeBody,
    @IfMatch() seen: Seen,
  ): Promise<Answer<StoredLabel | null>> {
    return this.arrange('category', { change, id, seen });
  }

  @Delete('categories/:id')
  @OperationDoc('removeCategory', 'Remove a category without products; archived products then have no category')
  @Answers(204, null)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'LABEL_IN_USE')
  async removeCategory(@PathId() id: Uuid, @IfMatch() seen: Seen): Promise<void> {
    await this.arrange('category', { remove: true, id, seen });
  }

  @Post('brands')
  @BodyExample({ name: 'Rang Xay An Nam', slug: 'rang-xay-an-nam', description: 'Rang mộc ở Đà Lạt.' })
  @HasEtag()
  @OperationDoc('createBrand', 'Add a brand')
  @Answers(201, ArrangedBrandShape, { headers: { Location: 'The URL of the brand, for staff.' } })
  @Refuses('SLUG_TAKEN')
  addBrand(@Body() make: BrandBody): Promise<Answer<StoredLabel | null>> {
    return this.arrange('brand', { make });
  }

  @Patch('brands/:id')
  @BodyExample({ description: 'Rang mộc ở Đà Lạt.' })
  @OperationDoc('editBrand', 'Change a brand; the change is visible on its products')
  @Answers(200, ArrangedBrandShape)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'SLUG_TAKEN')
  editBrand(
    @PathId() id: Uuid,
    @Body() change: BrandChangeBody,
    @IfMatch() seen: Seen,
  ): Promise<Answer<StoredLabel | null>> {
    return this.arrange('brand', { change, id, seen });
  }

  @Delete('brands/:id')
  @OperationDoc('removeBrand', 'Remove a brand without products; archived products then have no brand')
  @Answers(204, null)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'LABEL_IN_USE')
  async removeBrand(@PathId() id: Uuid, @IfMatch() seen: Seen): Promise<void> {
    await this.arrange('brand', { remove: true, id, seen });
  }

  private async lookUp(kind: LabelKind, id: Uuid): Promise<Answer<StoredLabel>> {
    const [label] = await this.queries.execute(new LookUpLabels(kind, id));
    return answer(label, { etag: etagOfView(label), cacheControl: PRIVATE });
  }

  private async arrange(kind: LabelKind, arrangement: Arrangement): Promise<Answer<StoredLabel | null>> {
    const label = await this.commands.execute(new ArrangeShelves(kind, arrangement));
    if (!label) return answer(label);
    const location = `/api/v1/admin/${kind === 'category' ? 'categories' : 'brands'}/${label.id}`;
    return answer(label, {
      etag: etagOfView(label),
      ...('make' in arrangement && { headers: { location } }),
    });
  }
}
