import type { OpenAPIObject } from '@nestjs/swagger';
import { accessOf, isLimited, type Access } from '#platform/security';
import { textOf } from './messages';
import { ANSWERS, BARE, BODY_EXAMPLE, REFUSALS, type DocumentedAnswer, type Refusal } from './operation';
import { exampleOf, type Schema, type Schemas } from './openapi-schemas';

export interface Handler {
  readonly handler: (...args: never[]) => unknown;
  readonly controller: new (...args: never[]) => unknown;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const REQUEST_ID = { description: 'Quote it when you report a fault.', schema: { type: 'string' } };
const RETRY_AFTER = { description: 'Seconds after which asking again makes sense.', schema: { type: 'integer' } };
const RATE = Object.fromEntries(
  ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'].map((name) => [name, { schema: { type: 'integer' } }]),
);

const TOKENS: readonly Refusal[] = [
  { status: 401, code: 'TOKEN_EXPIRED' },
  { status: 401, code: 'TOKEN_INVALID' },
];

/** A body that these are sent with is not read. */
const WITHOUT_BODY = ['get', 'head'];

const NEED_A_CREDENTIAL: readonly unknown[] = ['user', 'permission', 'cart-or-user'];

function refusalsOf(access: Access | undefined, limited: boolean, readsBody: boolean): Refusal[] {
  return [
    { status: 400, code: 'VALIDATION_ERROR' },
    ...(readsBody
      ? [
          { status: 400, code: 'MALFORMED_REQUEST' },
          { status: 413, code: 'BODY_TOO_LARGE' },
          { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
        ]
      : []),
    ...(NEED_A_CREDENTIAL.includes(access?.to) ? [{ status: 401, code: 'UNAUTHENTICATED' }] : []),
    ...(access?.to === 'all' ? [] : TOKENS),
    ...(access?.to === 'permission' ? [{ status: 403, code: 'FORBIDDEN' }] : []),
    ...(limited ? [{ status: 429, code: 'RATE_LIMITED' }] : []),
    { status: 500, code: 'INTERNAL' },
    { status: 503, code: 'OVERLOADED' },
    { status: 503, code: 'UNAVAILABLE' },
  ];
}

function securityOf(access: Access | undefined): Record<string, string[]>[] {
  if (access?.to === 'all') return [];
  if (access?.to === 'cart-or-user') return [{ bearer: [] }, { cartToken: [] }];
  if (access?.to === 'guest-or-user') return [{}, { bearer: [] }, { cartToken: [] }];
  return [{ bearer: [] }];
}

const exampleFailure = ({ code, when }: Refusal): object => ({
  success: false,
  error: {
    code,
    message: textOf(code, 'en', { seconds: 30, what: 'order' }, when ?? code),
    ...(code === 'VALIDATION_ERROR' && { details: [{ field: 'variants.0.stock', message: 'must be at least 0' }] }),
    requestId: '5f0c7d0e9b7d4a51a7a3f0f5d1a2b3c4',
  },
});

/** Refusals of one status are one response with an example for each code. */
function refusalResponses(refusals: readonly Refusal[], schemas: Schemas): Record<string, object> {
  const responses: Record<string, object> = {};
  for (const status of new Set(refusals.map((refusal) => refusal.status))) {
    // Of two that tell of one code the first stands: the route's own words before the common ones.
    const codes = new Map(
      refusals
        .filter((refusal) => refusal.status === status)
        .reverse()
        .map((refusal) => [refusal.code, refusal]),
    );
    responses[status] = {
      description: [...codes.values()]
        .map(({ code, when }) => (when ? `\`${code}\`: ${when}` : `\`${code}\``))
        .join('\n\n'),
      headers: {
        'X-Request-Id': REQUEST_ID,
        ...(status === 429 || status === 503 ? { 'Retry-After': RETRY_AFTER } : {}),
        ...(status === 429 ? RATE : {}),
      },
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Failure' },
          examples: Object.fromEntries(
            [...codes.values()].map((refusal) => [
              refusal.code,
              schemas.example(refusal.code, exampleFailure(refusal)),
            ]),
          ),
        },
      },
    };
  }
  return responses;
}

const PAGE_META: Schema = {
  type: 'object',
  properties: {
    nextCursor: { type: ['string', 'null'], description: 'Goes into `cursor` for the next page.' },
    hasMore: { type: 'boolean' },
  },
  required: ['nextCursor', 'hasMore'],
  example: { nextCursor: null, hasMore: false },
};

function metaOf({ paged, meta }: DocumentedAnswer, schemas: Schemas): Schema | undefined {
  const own = meta && schemas.of(meta);
  if (paged && own) return { allOf: [PAGE_META, own] };
  return paged ? PAGE_META : own;
}

/** Meta of which nothing must be there is left out when nothing is. */
const alwaysThere = (meta: Schema): boolean => !('properties' in meta) || 'required' in meta;

function answerResponse(doc: DocumentedAnswer, bare: boolean, limited: boolean, schemas: Schemas): object {
  const one = doc.schema ? schemas.of(doc.schema) : { type: 'null', example: null };
  const data: Schema = doc.list || doc.paged ? { type: 'array', items: one } : one;
  const meta = metaOf(doc, schemas);
  const body: Schema = bare
    ? data
    : {
        type: 'object',
        properties: { success: { type: 'boolean', enum: [true] }, data, ...(meta && { meta }) },
        required: ['success', 'data', ...(meta && alwaysThere(meta) ? ['meta'] : [])],
      };
  const wrapped: unknown = doc.example !== undefined && !bare ? { success: true, data: doc.example } : doc.example;
  const headers: Record<string, object> = Object.fromEntries(
    Object.entries(doc.headers ?? {}).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
  return {
    description: doc.description ?? 'Done.',
    headers: { 'X-Request-Id': REQUEST_ID, ...(limited ? RATE : {}), ...headers },
    ...(doc.status !== 204 &&
      doc.status !== 304 && {
        content: { 'application/json': { schema: body, example: wrapped ?? exampleOf(body, schemas.components) } },
      }),
  };
}

/** An example of the body, out of those of its fields. */
function exemplify(body: unknown, own: object | undefined, known: Readonly<Record<string, Schema>>): void {
  const { content } = (body ?? {}) as { content?: Record<string, { schema?: Schema; example?: unknown }> };
  for (const media of Object.values(content ?? {}))
    if (media.schema && media.example === undefined) media.example = own ?? exampleOf(media.schema, known);
}

/** Completes an operation by what its handler's decorators say. `bodies` are the schemas of bodies by their class. */
export function completeOperation(
  operation: Operation,
  method: string,
  { handler, controller }: Handler,
  schemas: Schemas,
  bodies: Readonly<Record<string, Schema>>,
): void {
  const context = { getHandler: () => handler, getClass: () => controller } as Parameters<typeof accessOf>[0];
  const access = accessOf(context);
  const limited = isLimited(handler, controller);
  const of = <Value>(key: string): Value | undefined =>
    (Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller)) as Value | undefined;
  const answers = of<DocumentedAnswer[]>(ANSWERS) ?? [];
  const bare = of<boolean>(BARE) === true;
  const refusals = [...(of<Refusal[]>(REFUSALS) ?? []), ...refusalsOf(access, limited, !WITHOUT_BODY.includes(method))];
  exemplify(operation.requestBody, of<object>(BODY_EXAMPLE), bodies);
  operation.security = securityOf(access);
  if (access?.to === 'permission') Object.assign(operation, { 'x-permission': access.permission });
  operation.responses = {
    ...(answers.length === 0 ? operation.responses : {}),
    ...Object.fromEntries(answers.map((doc) => [doc.status, answerResponse(doc, bare, limited, schemas)])),
    ...refusalResponses(refusals, schemas),
  } as Operation['responses'];
}
