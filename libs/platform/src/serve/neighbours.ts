/** The default URLs of the other services: on this machine, at the ports that the apps in `apps/` use. */
export const neighbours = {
  IDENTITY_URL: 'http://127.0.0.1:3001',
  CUSTOMERS_URL: 'http://127.0.0.1:3002',
  CATALOG_URL: 'http://127.0.0.1:3003',
  CART_URL: 'http://127.0.0.1:3004',
  ORDERING_URL: 'http://127.0.0.1:3005',
} as const;
