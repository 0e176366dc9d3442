// breaks: no-restricted-properties 'Math.random'
export const luck = (): number => Math.random();
