export const shown = 'an order, as its readers see it';
