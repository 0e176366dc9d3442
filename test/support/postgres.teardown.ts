/** Stops the Postgres of the run. Each Jest project calls this, and only the first call has something to stop. */
export default async function tearDown(): Promise<void> {
  const shared = globalThis as { stopTestPostgres?: () => Promise<void> };
  await shared.stopTestPostgres?.();
  delete shared.stopTestPostgres;
  delete process.env['SHOP_TEST_POSTGRES'];
}
