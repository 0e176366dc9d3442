import { lint, loadConfig } from '@redocly/openapi-core';
import Ajv from 'ajv/dist/2020';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openShop, type OpenShop } from '../support/open-shop';
import { codesOf, fetchDocument, operationsOf, type ApiDocument, type Operation } from './the-document';

jest.setTimeout(60_000);

const ROOT = join(__dirname, '..', '..');
const SNAPSHOT = join(ROOT, 'docs', 'openapi.json');
const bin = (path: string) => join(ROOT, 'node_modules', path);

/** The routes that the client's document promises. */
const PROMISED = `
  POST /auth/register, POST /auth/login, POST /auth/refresh, POST /auth/logout
  GET /users/me, PATCH /users/me, GET /users/me/loyalty
  GET /users/me/addresses, POST /users/me/addresses, PATCH /users/me/addresses/{id}, DELETE /users/me/addresses/{id}
  GET /categories, GET /brands, GET /products, GET /products/{idOrSlug}, GET /products/popular
  GET /search, GET /search/suggest
  GET /cart, DELETE /cart, POST /cart/items, PATCH /cart/items/{lineId}, DELETE /cart/items/{lineId}
  POST /orders, GET /orders, GET /orders/{id}, GET /orders/{id}/history, POST /orders/{id}/cancel
  POST /payments/webhooks/{provider}
  GET /admin/products, POST /admin/products, PATCH /admin/products/{id}, DELETE /admin/products/{id}
  POST /admin/products/{id}/restore
  POST /admin/categories, PATCH /admin/categories/{id}, DELETE /admin/categories/{id}
  POST /admin/brands, PATCH /admin/brands/{id}, DELETE /admin/brands/{id}
  GET /admin/inventory, PUT /admin/inventory/{sku}, POST /admin/inventory/{sku}/adjustments
  GET /admin/orders, POST /admin/orders/{id}/accept, POST /admin/orders/{id}/prepare, POST /admin/orders/{id}/ready
  POST /admin/orders/{id}/complete, POST /admin/orders/{id}/cancel, POST /admin/orders/{id}/refunds
  GET /admin/orders/{id}/events, GET /admin/orders/{id}/state, GET /admin/orders/{id}/diff, GET /admin/orders/{id}/timeline
  GET /admin/events, POST /admin/events/verify
  GET /admin/projections, POST /admin/projections/{name}/rebuilds, GET /admin/projections/{name}/rebuilds/{id}
  POST /admin/projections/{name}/rebuilds/{id}/cancel, POST /admin/projections/{name}/rebuilds/{id}/go-live
  GET /admin/projections/{name}/rebuilds/{id}/stream
  GET /admin/reports/sales, GET /admin/mailbox, GET /admin/sandbox/charges
`
  .trim()
  .split(/\s*[,\n]\s*/)
  .map((route) => route.replace(' /', ' /api/v1/'));

/** All operations and components by name, so that a failed test shows which of them differ. */
function partsOf(document: ApiDocument): Map<string, string> {
  const parts = operationsOf(document).map((operation): [string, unknown] => [
    `${operation.method} ${operation.path}`,
    operation,
  ]);
  for (const [kind, all] of Object.entries(document.components))
    for (const [name, one] of Object.entries(all)) parts.push([`${kind} ${name}`, one]);
  return new Map(parts.map(([name, part]) => [name, JSON.stringify(part)]));
}

describe('The document', () => {
  let open: OpenShop;
  let document: ApiDocument;
  let operations: Operation[];
  const folder = mkdtempSync(join(tmpdir(), 'shop-api-'));
  const file = join(folder, 'openapi.json');
  const run = (script: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, [script, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1' },
      maxBuffer: 64 * 1024 * 1024,
    }).catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`${error.stdout}\n${error.stderr}`);
    });

  beforeAll(async () => {
    open = await openShop();
    document = await fetchDocument(open.shop);
    operations = operationsOf(document);
    writeFileSync(file, JSON.stringify(document));
  }, 240_000);
  afterAll(async () => {
    await open?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lists every promised route', () => {
    const routes = operations.map(({ method, path }) => `${method} ${path}`);
    expect(PROMISED.filter((route) => !routes.includes(route))).toEqual([]);
    expect(routes).toContain('GET /.well-known/jwks.json');
  });

  it('describes for every operation its name, its purpose, its callers and its answers', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const operation of operations) {
      const missing = [
        !/^[a-z][A-Za-z]+$/.test(operation.operationId) && 'an operationId',
        !(operation.summary?.length > 5) && 'a summary',
        operation.tags?.length !== 1 && 'a tag',
        !Array.isArray(operation.security) && 'its security',
        !Object.keys(operation.responses).some((status) => status.startsWith('2')) && 'an answer',
        operation.path.includes('{id}') && !operation.responses['404'] && 'a 404',
        operation.security.some((one) => 'bearer' in one) &&
          !codesOf(operation, 401).includes('TOKEN_EXPIRED') &&
          'a 401',
        operation['x-permission'] && !codesOf(operation, 403).includes('FORBIDDEN') && 'a 403',
        operation.requestBody && !operation.responses['413'] && 'a 413',
        ...[400, 500, 503].map((status) => !operation.responses[status] && `a ${status}`),
      ];
      expect([operation.operationId, missing.filter(Boolean)]).toEqual([operation.operationId, []]);
    }
  });

  it('gives an example of every answer and of every error code', () => {
    for (const { operationId, responses } of operations)
      for (const [status, { content, headers }] of Object.entries(responses)) {
        const where = `${operationId} ${status}`;
        expect([where, headers && 'X-Request-Id' in headers]).toEqual([where, true]);
        if (status === '204' || status === '304') continue;
        const { example, examples } = Object.values(content!)[0];
        if (Number(status) < 400) expect([where, example !== undefined]).toEqual([where, true]);
        else {
          const codes = Object.keys(examples ?? {});
          expect([where, codes.length > 0 && codes.every((code) => /^[A-Z][A-Z_]+$/.test(code))]).toEqual([
            where,
            true,
          ]);
        }
      }
  });

  it('shows each error as it is sent, with values for all parameters', () => {
    const examples = (document.components as unknown as { examples: Record<string, { value: unknown }> }).examples;
    const errors = Object.values(examples).flatMap(
      ({ value }) => (value as { error?: { code: string; message: string } }).error ?? [],
    );
    expect(errors.length).toBeGreaterThan(50);
    expect(errors.filter(({ code, message }) => message === code || /\{\w+\}/.test(message))).toEqual([]);
  });

  it('gives an example of every body, and no example that its schema would refuse', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema({ $id: 'shop', components: document.components });
    const faultsOf = (schema: object, example: unknown) => {
      const local = JSON.stringify(schema).replaceAll('"#/components/', '"shop#/components/');
      const validate = ajv.compile(JSON.parse(local) as object);
      validate(example);
      return validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`) ?? [];
    };
    const wrong = operations.flatMap(({ operationId, requestBody, responses, parameters }) => [
      ...Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema, example }]) =>
        example === undefined
          ? [`${operationId} ${type}: none`]
          : faultsOf(schema, example).map((fault) => `${operationId} body: ${fault}`),
      ),
      ...Object.entries(responses).flatMap(([status, { content }]) =>
        Object.values(content ?? {}).flatMap(({ schema, example }) =>
          example === undefined ? [] : faultsOf(schema, example).map((fault) => `${operationId} ${status}: ${fault}`),
        ),
      ),
      ...(parameters ?? []).flatMap(({ name, schema, example }) =>
        example === undefined ? [] : faultsOf(schema, example).map((fault) => `${operationId} ${name}: ${fault}`),
      ),
    ]);
    expect(wrong).toEqual([]);
  });

  it('says for every body that only its named fields are accepted, and that fields with a default are optional', () => {
    const { schemas } = document.components;
    const seen = new Set<string>();
    const visit = (value: unknown): void => {
      for (const [, name] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
        if (seen.has(name)) continue;
        seen.add(name);
        visit(schemas[name]);
      }
    };
    for (const { requestBody } of operations) visit(requestBody);
    expect(seen.size).toBeGreaterThan(20);
    const wrongSchemas = [...seen].filter((name) => {
      const { properties = {}, additionalProperties } = schemas[name] as Record<string, object | boolean>;
      const hasDefault = Object.values(properties).some((field) => 'default' in (field as object));
      return hasDefault || additionalProperties !== false;
    });
    expect(wrongSchemas).toEqual([]);
  });

  it('describes the meaning of fields, not how they are checked', () => {
    const technicalDetails: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, each] of Object.entries(value)) {
        const where = `${path}/${key}`;
        if (key === 'pattern' && typeof each === 'string' && ('format' in value || each.length > 80))
          technicalDetails.push(where);
        if (typeof each === 'number' && Math.abs(each) >= Number.MAX_SAFE_INTEGER) technicalDetails.push(where);
        visit(each, where);
      }
    };
    visit(document, '');
    expect(technicalDetails).toEqual([]);
  });

  it('passes the linter', async () => {
    const config = await loadConfig({ configPath: join(ROOT, 'test/api/redocly.yaml') });
    const problems = await lint({ ref: file, config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
  });

  it('makes a typed client that orders a coffee', async () => {
    copyFileSync(join(ROOT, 'test/api/order-a-coffee.client.txt'), join(folder, 'order-a-coffee.ts'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await run(bin('openapi-typescript/bin/cli.js'), file, '-o', join(folder, 'shop-api.d.ts'));
    const options = '--module nodenext --target es2023 --strict --skipLibCheck --types node';
    await run(bin('typescript/bin/tsc'), ...options.split(' '), 'order-a-coffee.ts');
    const { stdout } = await run(join(folder, 'order-a-coffee.js'), open.shop.url);
    expect(JSON.parse(stdout)).toEqual({ status: 'confirmed', total: { amount: expect.any(Number), currency: 'VND' } });
  });

  it('equals docs/openapi.json (if a difference is intended, run this with UPDATE_OPENAPI=1)', () => {
    if (process.env['UPDATE_OPENAPI'] === '1') writeFileSync(SNAPSHOT, `${JSON.stringify(document, null, 2)}\n`);
    const [agreed, served] = [JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as ApiDocument, document].map(partsOf);
    const names = [...new Set([...agreed.keys(), ...served.keys()])];
    expect({
      added: names.filter((name) => !agreed.has(name)),
      removed: names.filter((name) => !served.has(name)),
      changed: names.filter((name) => agreed.has(name) && served.has(name) && agreed.get(name) !== served.get(name)),
    }).toEqual({ added: [], removed: [], changed: [] });
  });
});
