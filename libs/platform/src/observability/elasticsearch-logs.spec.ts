import { ElasticsearchLogs } from './elasticsearch-logs';

describe('Log lines for Elasticsearch', () => {
  const sent: string[] = [];
  const fetchSpy = jest.spyOn(globalThis, 'fetch');
  beforeEach(() => {
    jest.useFakeTimers();
    sent.length = 0;
  });
  afterEach(() => jest.useRealTimers());
  afterAll(() => fetchSpy.mockRestore());

  const answerWith = (status: number) =>
    fetchSpy.mockImplementation((_url, init) => {
      if (status < 300) sent.push(...(init?.body as string).split('\n').filter((line) => line.includes('"n"') || line.includes('dropped'))); // prettier-ignore
      return Promise.resolve(new Response(null, { status }));
    });

  it('are sent in batches to the index, with the password only in the header', async () => {
    answerWith(200);
    const logs = new ElasticsearchLogs('http://shop:s3cret@search:9200');
    logs.write('{"n":1}\n');
    logs.write('{"n":2}\n');
    await jest.advanceTimersByTimeAsync(2_100);
    expect(sent).toEqual(['{"n":1}', '{"n":2}']);
    expect(fetchSpy.mock.calls[0][0]).toBe('http://search:9200/coffee-tea-logs/_bulk');
    logs.end();
  });

  it('wait while Elasticsearch does not respond: the newest 5,000 lines are sent later, with the number of dropped lines', async () => {
    answerWith(503);
    const logs = new ElasticsearchLogs('http://search:9200');
    for (let n = 0; n < 5_003; n += 1) logs.write(`{"n":${n}}\n`);
    await jest.advanceTimersByTimeAsync(4_100);
    expect(sent).toEqual([]);
    answerWith(200);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(sent.filter((line) => line.startsWith('{"n"'))).toHaveLength(5_000);
    expect(sent).toContain('{"n":5002}');
    expect(sent.filter((line) => line.includes('3 log lines were dropped'))).toHaveLength(1);
    logs.end();
  });
});
