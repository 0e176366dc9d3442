import { startEmbeddedPostgres } from '../../libs/database/src/embedded/embedded';

/** Runs an embedded Postgres until this process gets SIGTERM or is killed. Prints the result of the start as JSON. */
async function runPostgres(dataDir: string): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir });
  const keepAlive = setInterval(() => undefined, 1_000);
  process.once('SIGTERM', () => void server.stop().then(() => clearInterval(keepAlive)));
  console.log(JSON.stringify({ how: server.how, url: server.url })); // printed last, because the test may send SIGTERM as soon as it has this line
}

runPostgres(process.argv[2]).catch((error: Error) => {
  console.log(JSON.stringify({ refused: error.message }));
  process.exitCode = 1;
});
