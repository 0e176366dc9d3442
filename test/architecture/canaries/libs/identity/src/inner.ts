export const inner = 'not for others';
