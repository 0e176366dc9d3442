/** Stops the run's Postgres; whichever project comes last finds it stopped. */
export default async function tearDown(): Promise<void> {
  const shared = globalThis as { stopTestPostgres?: () => Promise<void> };
  await shared.stopTestPostgres?.();
  delete shared.stopTestPostgres;
  delete process.env['SHOP_TEST_POSTGRES'];
}
