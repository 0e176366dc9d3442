/** Stops the Postgres of the run. Each Jest project calls this function, but only the first call stops the server. */
export default async function tearDown(): Promise<void> {
  const shared = globalThis as { stopTestPostgres?: () => Promise<void> };
  await shared.stopTestPostgres?.();
  delete shared.stopTestPostgres;
  delete process.env['SHOP_TEST_POSTGRES'];
}
