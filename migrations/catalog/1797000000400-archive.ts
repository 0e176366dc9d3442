import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A SKU belongs to what is offered: what is archived or retired keeps its own, and others may take it. An archived
 * product may outlive its category and its brand.
 */
export class Archive1797000000400 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('create sequence sku_namings');
    await queryRunner.query(`
      alter table products
        add column status_before text check (status_before in ('active', 'draft')),
        alter column category_id drop not null,
        alter column brand_id drop not null,
        drop constraint products_sku_key,
        add constraint products_are_filed
          check (status = 'removed' or (category_id is not null and brand_id is not null))`);
    await queryRunner.query(`
      alter table variants
        add column named bigint not null default 0,
        add column archived boolean not null default false,
        drop constraint variants_sku_key`);
    await queryRunner.query(`
      update variants v set archived = true from products p where p.id = v.product_id and p.status = 'removed'`);
    await queryRunner.query(`create unique index products_sku on products (sku) where status <> 'removed'`);
    await queryRunner.query('create unique index variants_sku on variants (sku) where not retired and not archived');
    await queryRunner.query('create index products_by_status on products (status, created_at desc, id desc)');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
