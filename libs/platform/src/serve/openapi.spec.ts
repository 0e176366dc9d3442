import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { parse } from 'yaml';
import { demoShop } from './testing/demo-shop';

interface Said {
  responses: Record<
    string,
    { headers?: object; content?: { 'application/json': { schema: any; example?: any; examples?: any } } }
  >;
  [more: string]: any;
}

describe('The OpenAPI document', () => {
  let app: NestFastifyApplication;
  let document: OpenAPIObject;
  const operation = (path: string, method: string) => (document.paths[path] as unknown as Record<string, Said>)[method];
  const contentOf = (said: Said, status: number) => said.responses[status].content!['application/json'];

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

  it('names every operation, once', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path as Record<string, Said>).map((said) => said['operationId'] as string),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['listBrews', 'addBrew', 'viewBrew']));
  });

  it('shows answers in their envelope, shapes as components, an example for each', () => {
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

  it('lists every status and code with an example, the common ones without being told', () => {
    const add = operation('/api/v1/brews', 'post');
    expect(Object.keys(add.responses)).toEqual(['201', '400', '401', '403', '409', '413', '415', '429', '500', '503']);
    expect(Object.keys(contentOf(add, 409).examples)).toEqual(expect.arrayContaining(['SKU_TAKEN', 'MENU_FULL']));
    expect(Object.keys(contentOf(add, 401).examples).sort()).toEqual([
      'TOKEN_EXPIRED',
      'TOKEN_INVALID',
      'UNAUTHENTICATED',
    ]);
    expect(add['x-permission']).toBe('catalog');
    expect(add['security']).toEqual([{ bearer: [] }]);
    expect(operation('/api/v1/brews/whoever', 'get')['security']).toHaveLength(3);
    expect(Object.keys(operation('/api/v1/brews/free', 'get').responses)).not.toContain('429');
  });

  it('tells what a body may hold, and which headers are asked for', () => {
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
    // What happens when it is left out is said in words: a default would make generated types demand it.
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
    const query = operation('/api/v1/brews', 'get')['parameters'];
    expect(query.find((each: any) => each.name === 'limit')).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    });
  });

  it('leads every reference to something', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(refs.length).toBeGreaterThan(0);
    expect(refs.filter((name) => !(name in document.components!.schemas!))).toEqual([]);
  });
});
