export * from './errors';
export * from './event-store';
export * from './event-types';
export * from './events';
export * from './findings';
