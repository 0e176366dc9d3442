export { Seeder } from './seeder';
