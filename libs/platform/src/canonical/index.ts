export { canonicalJson } from './canonical-json';
export { netstrings } from './netstrings';
