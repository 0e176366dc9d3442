export const helper = 'for tests only';
