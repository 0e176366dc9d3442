import type { INestApplication } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { completeOperation, type Handler } from './openapi-operations';
import { bodySchema, toOpenApi31, Schemas, type Schema } from './openapi-schemas';

const FAILURE: Schema = {
  type: 'object',
  properties: {
    success: { type: 'boolean', enum: [false] },
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', description: 'A code for programs, in upper snake case. It does not change.' },
        message: {
          type: 'string',
          description: 'A message for people, in the language of Accept-Language (vi or en).',
        },
        details: {
          type: 'array',
          maxItems: 20,
          items: {
            type: 'object',
            properties: {
              field: { type: 'string' },
              message: { type: 'string' },
              amount: { $ref: '#/components/schemas/Money', description: 'The amount of money concerned.' },
              value: { type: 'string', description: 'A value that would be accepted.' },
            },
            required: ['field', 'message'],
          },
        },
        requestId: { type: 'string' },
      },
      required: ['code', 'message', 'requestId'],
    },
    meta: {
      type: 'object',
      properties: {
        moreErrors: { type: 'integer', minimum: 1, description: 'The number of faults that are not listed.' },
      },
      required: ['moreErrors'],
    },
  },
  required: ['success', 'error'],
};

const nameOf = (controller: string, method: string) => `${controller}_${method}`;

/** All handlers, by the operation id in the document. */
function handlersOf(app: INestApplication): Map<string, Handler> {
  const handlers = new Map<string, Handler>();
  for (const { metatype } of app.get(DiscoveryService).getControllers()) {
    const controller = metatype as Handler['controller'] | null;
    for (
      let prototype = controller?.prototype as object | null;
      prototype && prototype !== Object.prototype;
      prototype = Object.getPrototypeOf(prototype) as object | null
    )
      for (const method of Object.getOwnPropertyNames(prototype)) {
        const handler = Object.getOwnPropertyDescriptor(prototype, method)?.value as Handler['handler'] | undefined;
        if (typeof handler !== 'function' || method === 'constructor') continue;
        const operation = Reflect.getMetadata('swagger/apiOperation', handler) as { operationId?: string } | undefined;
        const id = operation?.operationId ?? nameOf(controller!.name, method);
        if (!handlers.has(id)) handlers.set(id, { handler, controller: controller! });
      }
  }
  return handlers;
}

/** The tags of the operations, by name. */
function tagsOf({ paths }: OpenAPIObject): { name: string }[] {
  const operations = Object.values(paths).flatMap((path) => Object.values(path) as { tags?: string[] }[]);
  const names = new Set(operations.flatMap(({ tags }) => tags ?? []));
  return [...names].sort().map((name) => ({ name }));
}

/** Builds the whole document from the decorators of all routes. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle('Coffee & Tea')
    .setDescription(
      'The shop: what there is, what you might buy, what you did buy. Answers come in an envelope, refusals with a stable code; ' +
        'amounts are whole đồng. Texts are plain text, as people typed them, unless a field says HTML: encode them where they are shown.\n\n' +
        '`Accept-Language: vi` or `en` chooses the language. Without it, names and letters are Vietnamese, and messages of errors ' +
        'are English. An order keeps the language in which it was placed.\n\n' +
        'Orders are followed live over socket.io, namespace `/orders`: connect with `auth: { token }` or `{ cartToken }`, emit ' +
        '`subscribe { orderId, lastVersion? }`, hear `snapshot` and then every `event` in version order; `authenticate` hands in a ' +
        'newer token, and `closed { code, message }` says why the right to listen is gone.',
    )
    .setVersion('1.0.0')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Cart-Token' }, 'cartToken')
    .addServer('/', 'this shop')
    .build();
  const document = SwaggerModule.createDocument(app, base, { operationIdFactory: nameOf });
  const handlers = handlersOf(app);
  const schemas = new Schemas();
  const bodies = (document.components?.schemas ?? {}) as Record<string, Schema>;
  for (const [name, body] of Object.entries(bodies)) bodies[name] = bodySchema(body);
  for (const path of Object.values(document.paths))
    for (const [method, operation] of Object.entries(path)) {
      const handler = handlers.get((operation as { operationId?: string }).operationId ?? '');
      if (handler) completeOperation(operation as never, method, handler, schemas, bodies);
    }
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...schemas.components, Failure: FAILURE },
    examples: schemas.examples,
  };
  document.tags = tagsOf(document);
  return toOpenApi31(document) as OpenAPIObject;
}
