import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { demoShop } from './testing/demo-shop';

interface OperationDoc {
  responses: Record<
    string,
    { headers?: object; content?: { 'application/json': { schema: any; example?: any; examples?: any } } }
  >;
  [more: string]: any;
}

describe('The OpenAPI document', () => {
  let app: NestFastifyApplication;
  let document: OpenAPIObject;
  const operation = (path: string, method: string) =>
    (document.paths[path] as unknown as Record<string, OperationDoc>)[method];
  const contentOf = (operationDoc: OperationDoc, status: number) =>
    operationDoc.responses[status].content!['application/json'];

  beforeAll(async () => {
    app = await demoShop();
    document = (await app.inject({ method: 'GET', url: '/docs/openapi.json' })).json();
  });
  afterAll(() => app.close());

  it('is served as JSON, as YAML and as pages', async () => {
    const yaml = await app.inject({ method: 'GET', url: '/docs/openapi.yaml' });
    expect(parse(yaml.body)).toEqual(document);
    const page = await app.inject({ method: 'GET', url: '/docs' });
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
  });

  it('is rendered once, and compressed for clients that accept it', async () => {
    const at = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers });
    for (const file of ['', '/', '/openapi.json', '/openapi.yaml', '/swagger-ui-init.js', '/swagger-ui-bundle.js']) {
      const plain = await at(`/docs${file}`);
      const { etag } = plain.headers as { etag: string };
      expect([file, plain.statusCode, plain.headers['cache-control'], plain.headers['content-encoding']]).toEqual([
        ...[file, 200, 'public, max-age=300', undefined],
      ]);
      for (const [coding, unpack] of [
        ['br', brotliDecompressSync],
        ['gzip', gunzipSync],
      ] as const) {
        const packed = await at(`/docs${file}`, { 'accept-encoding': coding });
        expect(packed.headers).toMatchObject({ 'content-encoding': coding, vary: 'Accept-Encoding' });
        expect(packed.headers['etag']).not.toBe(etag);
        expect(unpack(packed.rawPayload).equals(plain.rawPayload)).toBe(true);
      }
      const known = await at(`/docs${file}`, { 'if-none-match': `"other", W/${etag}` });
      expect([known.statusCode, known.body]).toEqual([304, '']);
    }
    const stringifySpy = jest.spyOn(JSON, 'stringify');
    await at('/docs/openapi.json');
    await at('/docs/openapi.yaml');
    const written = stringifySpy.mock.calls.filter(([value]) => (value as { openapi?: string } | null)?.openapi);
    stringifySpy.mockRestore();
    expect(written).toEqual([]);
  });

  it('names every operation once', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path as Record<string, OperationDoc>).map((operationDoc) => operationDoc['operationId'] as string),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['listBrews', 'addBrew', 'viewBrew']));
  });

  it('shows responses in their envelope, shapes as components, and an example for each response', () => {
    const { schema, example } = contentOf(operation('/api/v1/brews/{id}', 'get'), 200);
    expect(schema.properties.data).toEqual({ $ref: '#/components/schemas/Brew' });
    expect(example).toMatchObject({
      success: true,
      data: { name: 'text', price: { amount: 55_000, currency: 'VND' } },
    });
    const brew = document.components!.schemas!['Brew'] as any;
    expect(brew.properties.price).toEqual({ $ref: '#/components/schemas/Money' });
    expect(brew.properties.note).toMatchObject({ type: ['string', 'null'] });
    expect(brew).not.toHaveProperty('additionalProperties');
    const list = contentOf(operation('/api/v1/brews', 'get'), 200);
    expect(list.schema.properties.data).toMatchObject({ type: 'array', items: { $ref: '#/components/schemas/Brew' } });
    expect(list.example.meta).toEqual({ nextCursor: null, hasMore: false });
  });

  it('lists every status and code with an example, including the codes that all routes share', () => {
    const add = operation('/api/v1/brews', 'post');
    expect(Object.keys(add.responses)).toEqual([
      '201',
      '400',
      '401',
      '403',
      '408',
      '409',
      '413',
      '415',
      '429',
      '500',
      '503',
    ]);
    expect(Object.keys(contentOf(add, 409).examples)).toEqual(expect.arrayContaining(['SKU_TAKEN', 'MENU_FULL']));
    expect(Object.keys(contentOf(add, 401).examples).sort()).toEqual([
      'SESSION_ENDED',
      'TOKEN_EXPIRED',
      'TOKEN_INVALID',
      'UNAUTHENTICATED',
    ]);
    expect(add['x-permission']).toBe('catalog');
    expect(add['security']).toEqual([{ bearer: [] }]);
    expect(operation('/api/v1/brews/whoever', 'get')['security']).toHaveLength(3);
    // Every route can answer 429. Only routes with a rate limit send the number of remaining requests.
    const headersOf429 = (path: string) => Object.keys(operation(path, 'get').responses['429'].headers!);
    expect(headersOf429('/api/v1/brews/whoever')).toContain('RateLimit-Remaining');
    expect(headersOf429('/api/v1/brews/free')).not.toContain('RateLimit-Remaining');
  });

  it('describes the fields of a body, and the required headers', () => {
    const body = document.components!.schemas!['BrewBody'] as any;
    expect(body.required).toEqual(['name', 'variants']);
    expect(body.properties.name).toMatchObject({
      type: 'string',
      minLength: 3,
      maxLength: 255,
      example: 'Cà phê sữa đá',
    });
    expect(body.properties.variants).toMatchObject({
      type: 'array',
      minItems: 1,
      maxItems: 5,
      items: { $ref: '#/components/schemas/VariantBody' },
    });
    expect(body.properties.note).toMatchObject({ type: ['string', 'null'], maxLength: 20 });
    // The default is in the description. With a `default`, generated types would require the field.
    expect(body.properties.featured).toEqual({
      ...{ type: 'boolean', example: false },
      description: expect.stringContaining('false'),
    });
    const headers = operation('/api/v1/brews/orders', 'post')['parameters'].map((each: any) => [
      each.name,
      each.required,
    ]);
    expect(headers).toEqual(
      expect.arrayContaining([
        ['Idempotency-Key', true],
        ['Prefer', false],
      ]),
    );
    const { schema: key } = operation('/api/v1/brews/orders', 'post')['parameters'].find(
      (each: any) => each.name === 'Idempotency-Key',
    );
    const isKey = (text: string) => new RegExp(key.pattern).test(text);
    expect(['~', 'x'.repeat(255), '', 'a b', 'é', 'x'.repeat(256)].map(isKey)).toEqual([
      ...[true, true],
      ...[false, false, false, false],
    ]);
    const query = operation('/api/v1/brews', 'get')['parameters'];
    expect(query.find((each: any) => each.name === 'limit')).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    });
  });

  it('names the public URL of the shop', () => {
    expect(document.servers).toEqual([{ url: 'https://shop.example' }]);
  });

  it('has a target for every reference', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(refs.length).toBeGreaterThan(0);
    expect(refs.filter((name) => !(name in document.components!.schemas!))).toEqual([]);
  });
});
