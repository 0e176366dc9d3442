import { Writable } from 'node:stream';

const INDEX = 'coffee-tea-logs';
const CAPACITY = 5_000;
const BATCH = 500;
const EVERY_MS = 2_000;

/**
 * Sends log lines to Elasticsearch. While Elasticsearch does not respond, the newest 5,000 lines wait in memory. Older
 * lines are dropped, and their number is logged later.
 */
export class ElasticsearchLogs extends Writable {
  private waiting: string[] = [];
  private dropped = 0;
  private sending = false;
  private readonly url: string;
  private readonly headers: Record<string, string> = { 'content-type': 'application/x-ndjson' };
  private readonly timer = setInterval(() => void this.flush(), EVERY_MS).unref();

  constructor(url: string) {
    super({ decodeStrings: false });
    const server = new URL(url);
    if (server.username)
      this.headers['authorization'] =
        `Basic ${Buffer.from(`${decodeURIComponent(server.username)}:${decodeURIComponent(server.password)}`).toString('base64')}`;
    this.url = `${server.origin}/${INDEX}/_bulk`;
  }

  override _write(line: string | Buffer, _encoding: string, next: () => void): void {
    this.waiting.push(String(line).trimEnd());
    this.trim();
    next();
  }

  private trim(): void {
    if (this.waiting.length > CAPACITY) this.dropped += this.waiting.splice(0, this.waiting.length - CAPACITY).length;
  }

  private async flush(): Promise<void> {
    if (this.sending || this.waiting.length === 0) return;
    this.sending = true;
    const batch = this.waiting.splice(0, BATCH);
    const dropped = this.dropped;
    try {
      await this.send(dropped > 0 ? [...batch, JSON.stringify(dropNotice(dropped))] : batch);
      this.dropped -= dropped;
    } catch {
      this.waiting.unshift(...batch); // Elasticsearch does not respond, so the next flush tries again
      this.trim();
    } finally {
      this.sending = false;
    }
  }

  private async send(lines: readonly string[]): Promise<void> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: this.headers,
      body: lines.map((line) => `{"create":{}}\n${line}\n`).join(''),
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`Elasticsearch answered ${response.status}`);
  }

  override _final(done: () => void): void {
    clearInterval(this.timer);
    void this.flush().finally(done);
  }
}

const dropNotice = (dropped: number) => ({
  timestamp: new Date().toISOString(),
  level: 'warn',
  service: 'coffee-tea-api',
  message: `${dropped} log lines were dropped while Elasticsearch did not respond`,
});
