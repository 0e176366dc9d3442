import { startEmbeddedPostgres } from '../../libs/platform/src/database/embedded/embedded';

/** A process that owns a data folder until it is told to stop, or killed. Says what became of it in one line of JSON. */
async function keep(dataDir: string): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir });
  console.log(JSON.stringify({ how: server.how, url: server.url }));
  const beat = setInterval(() => undefined, 1_000);
  process.once('SIGTERM', () => void server.stop().then(() => clearInterval(beat)));
}

keep(process.argv[2]).catch((error: Error) => {
  console.log(JSON.stringify({ refused: error.message }));
  process.exitCode = 1;
});
