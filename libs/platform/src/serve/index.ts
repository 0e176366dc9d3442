export { backstage, type Backstage } from './backstage';
export { createShop, type ShopOptions } from './create-shop';
export { closeShop } from './closing';
export { seed } from './seed';
export { Seeder } from './seeder';
export { serve, type ServeOptions } from './serve';
