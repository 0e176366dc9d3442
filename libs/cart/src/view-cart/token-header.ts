export const tokenHeader = {
  'X-Cart-Token': 'The key to a guest’s cart, given once, to a guest who sent none. Keep it secret and send it along.',
};
