export { openForCommands, type CommandShop } from './open-for-commands';
export { createShop, type ShopOptions } from './create-shop';
export { closeShop } from './closing';
export { seed } from './seed';
export { Seeder, SeedRefused } from './seeder';
export { serve, type ServeOptions } from './serve';
