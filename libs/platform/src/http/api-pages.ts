import { Injectable, type INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { Config, LOCAL_URL } from '#platform/config';
import { openApiDocument } from './openapi';
import { PreparedAnswer } from './prepared';

const FILES = [
  ...['openapi.json', 'openapi.yaml', 'swagger-ui-init.js', 'swagger-ui.css', 'swagger-ui-bundle.js'],
  ...['swagger-ui-standalone-preset.js', 'favicon-32x32.png', 'favicon-16x16.png'],
];

/**
 * The pages at `/docs`, and the OpenAPI document. All are rendered only once: at the start, or at the first request.
 */
@Injectable()
export class ApiPages {
  private pages?: Promise<ReadonlyMap<string, PreparedAnswer>>;

  render(app: INestApplication): Promise<ReadonlyMap<string, PreparedAnswer>> {
    return (this.pages ??= renderPages(documentOf(app)));
  }
}

function documentOf(app: INestApplication): OpenAPIObject {
  const { publicUrl } = app.get(Config);
  return { ...openApiDocument(app), ...(publicUrl !== LOCAL_URL && { servers: [{ url: publicUrl }] }) };
}

/**
 * Renders all files below /docs, by path. The start page has two entries, for the path with and without a slash at its
 * end, because the relative links of the two pages differ.
 */
async function renderPages(document: OpenAPIObject): Promise<ReadonlyMap<string, PreparedAnswer>> {
  const renderer = new FastifyAdapter();
  const app = { getHttpAdapter: () => renderer, config: { getGlobalPrefix: () => '' } } as unknown as INestApplication;
  SwaggerModule.setup('docs', app, () => document, {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
    customSiteTitle: 'Coffee & Tea: the API',
    swaggerOptions: { persistAuthorization: false, displayRequestDuration: true },
  });
  const fastify: FastifyInstance = renderer.getInstance();
  const pages = new Map<string, PreparedAnswer>();
  for (const path of ['', '/', ...FILES.map((file) => `/${file}`)]) {
    const { statusCode, headers, rawPayload } = await fastify.inject(`/docs${path}`);
    if (statusCode !== 200) throw new Error(`/docs${path} could not be rendered: status ${statusCode} instead of 200`);
    pages.set(path, new PreparedAnswer(String(headers['content-type']), rawPayload));
  }
  await fastify.close();
  return pages;
}

/** Adds the routes of the pages. Their responses are already in memory. */
export function serveDocs(app: INestApplication): void {
  const fastify = app.getHttpAdapter().getInstance() as FastifyInstance;
  const pages = app.get(ApiPages);
  fastify.get('/docs', async (request, reply) => {
    const path = request.url.split('?', 1)[0].endsWith('/') ? '/' : '';
    return (await pages.render(app)).get(path)!.send(request, reply);
  });
  fastify.get('/docs/index.html', async (request, reply) => (await pages.render(app)).get('/')!.send(request, reply));
  for (const file of FILES)
    fastify.get(`/docs/${file}`, async (request, reply) =>
      (await pages.render(app)).get(`/${file}`)!.send(request, reply),
    );
}
