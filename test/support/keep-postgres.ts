import { startEmbeddedPostgres } from '../../libs/database/src/embedded/embedded';

/** A process that owns a data folder until it is told to stop, or killed. Says what became of it in one line of JSON. */
async function keep(dataDir: string): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir });
  const beat = setInterval(() => undefined, 1_000);
  process.once('SIGTERM', () => void server.stop().then(() => clearInterval(beat)));
  console.log(JSON.stringify({ how: server.how, url: server.url })); // last: who reads it may send the signal at once
}

keep(process.argv[2]).catch((error: Error) => {
  console.log(JSON.stringify({ refused: error.message }));
  process.exitCode = 1;
});
