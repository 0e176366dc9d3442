export * from './facts';
export * from './ids';
export * from './messages';
export * from './money';
export * from './refusals';
export * from './sealed';
export * from './shapes';
