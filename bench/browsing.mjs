// Measures product lists, details and searches. They are compared with a minimal node:http server that sends the same
// bytes.
import { spawn } from 'node:child_process';
import autocannon from 'autocannon';
import { call, freePort } from './shop.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);

async function load(url, connections) {
  await autocannon({ url, connections, duration: 1 });
  const { requests, latency, non2xx, errors } = await autocannon({ url, connections, duration: SECONDS });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} refused, ${errors} failed`);
  return { perSecond: Math.round(requests.average), p50: latency.p50, p99: latency.p99 };
}

async function minimalServer(body, headers) {
  const port = await freePort();
  const script = `
    const body = Buffer.from(process.env.BODY, 'base64');
    const headers = { ...JSON.parse(process.env.HEADERS), 'content-length': body.length };
    require('node:http').createServer((_, answer) => { answer.writeHead(200, headers); answer.end(body); }).listen(${port}, '127.0.0.1', () => console.log('up'));`;
  const child = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BODY: body.toString('base64'), HEADERS: JSON.stringify(headers) },
  });
  await new Promise((up) => child.stdout.once('data', up));
  return { url: `http://127.0.0.1:${port}/`, close: () => child.kill() };
}

export async function browsing(shop) {
  const { data } = await call('GET', `${shop.api}/products?limit=20`);
  const paths = {
    'list, 20 products': '/products?limit=20',
    'one product': `/products/${data[0].slug}`,
    'search “ca phe sua da”': '/search?q=ca%20phe%20sua%20da',
  };
  const rows = [];
  for (const [what, path] of Object.entries(paths)) {
    const first = await fetch(shop.api + path);
    const body = Buffer.from(await first.arrayBuffer());
    const minimal = await minimalServer(body, { 'content-type': first.headers.get('content-type') });
    for (const connections of [10, 50]) {
      const ours = await load(shop.api + path, connections);
      const baseline = await load(minimal.url, connections);
      rows.push([
        what,
        connections,
        ours.perSecond,
        ours.p50,
        ours.p99,
        baseline.perSecond,
        (ours.perSecond / baseline.perSecond).toFixed(2),
      ]);
    }
    minimal.close();
  }
  return {
    title:
      'Browsing: requests a second, and milliseconds, compared with a minimal node:http server that sends the same bytes',
    head: ['what', 'connections', 'requests/s', 'p50', 'p99', 'minimal server, requests/s', 'ratio'],
    rows,
  };
}
