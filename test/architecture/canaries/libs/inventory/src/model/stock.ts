export const shelf = 'inventory keeps this to itself';
