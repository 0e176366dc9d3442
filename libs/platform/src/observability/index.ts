export { ambient, within, type Ambient } from './ambient';
