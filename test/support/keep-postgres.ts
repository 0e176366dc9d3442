import { startEmbeddedPostgres } from '../../libs/database/src/embedded/embedded';

/** Runs an embedded Postgres in its own process, until SIGTERM or a kill. Prints the result of the start as one line of JSON. */
async function runPostgres(dataDir: string): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir });
  const keepAlive = setInterval(() => undefined, 1_000);
  process.once('SIGTERM', () => void server.stop().then(() => clearInterval(keepAlive)));
  console.log(JSON.stringify({ how: server.how, url: server.url })); // printed last, because the reader may send the signal at once
}

runPostgres(process.argv[2]).catch((error: Error) => {
  console.log(JSON.stringify({ refused: error.message }));
  process.exitCode = 1;
});
