import type { INestApplicationContext } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Config } from '#platform/config';
import { Seeder } from './seeder';

/** Runs the seeders of all contexts. The seeders of demo data run only if SEED_DEMO is true. */
export async function seed(app: INestApplicationContext): Promise<void> {
  const { seedDemo } = app.get(Config);
  const seeders = app
    .get(DiscoveryService)
    .getProviders()
    .map((wrapper) => wrapper.instance as unknown)
    .filter((instance) => instance instanceof Seeder);
  for (const seeder of [...new Set(seeders)].sort((a, b) => a.order - b.order))
    if (seeder.always || seedDemo) await seeder.seed();
}
