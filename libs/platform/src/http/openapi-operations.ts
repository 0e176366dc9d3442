import type { OpenAPIObject } from '@nestjs/swagger';
import { accessOf, ignoresBadTokens, isLimited, type Access } from '#platform/security';
import { textOf } from './messages';
import { ANSWERS, BARE, BODY_EXAMPLE, REFUSALS, TAGGED, type DocumentedAnswer, type Refusal, type HasEtag } from './operation'; // prettier-ignore
import { exampleOf, type Schema, type Schemas } from './openapi-schemas';

export interface Handler {
  readonly handler: (...args: never[]) => unknown;
  readonly controller: new (...args: never[]) => unknown;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const REQUEST_ID = {
  description: 'The id of this request. Please name it if you report a fault.',
  schema: { type: 'string' },
};
const RETRY_AFTER = {
  description: 'The number of seconds after which you may try again.',
  schema: { type: 'integer' },
};
const RATE = Object.fromEntries(
  ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'].map((name) => [name, { schema: { type: 'integer' } }]),
);

const LANGUAGE = { description: 'The language of the message: vi or en.', schema: { type: 'string' } };
const CHALLENGE = { description: '`Bearer`.', schema: { type: 'string' } };
const VARY = { description: 'The response depends on `Accept-Language`.', schema: { type: 'string' } };
const VARY_PRIVATE = { description: 'The response depends on who sends the request.', schema: { type: 'string' } };
const ETAG = {
  description: 'The version of this response. Send it as `If-None-Match` to find out whether the response has changed.',
  schema: { type: 'string' },
  example: '"7"',
};
const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header' as const,
  required: false,
  description: 'The ETag of the response that was read. If nothing has changed, the response is 304 without a body.',
  schema: { type: 'string' },
  example: '"7"',
};

const TOKEN_REFUSALS: readonly Refusal[] = [
  { status: 401, code: 'TOKEN_EXPIRED' },
  { status: 401, code: 'TOKEN_INVALID' },
  { status: 401, code: 'SESSION_ENDED' },
  { status: 403, code: 'ROLE_LOST' },
];

/** The key of the metadata that `@ApiProduces` stores. */
const PRODUCES = 'swagger/apiProduces';

/** The methods whose body is not read. */
const WITHOUT_BODY = ['get', 'head'];

const NEED_A_CREDENTIAL: readonly unknown[] = ['user', 'permission', 'cart-or-user'];

function refusalsOf(access: Access | undefined, readsBody: boolean, readsPath: boolean): Refusal[] {
  return [
    { status: 400, code: 'VALIDATION_ERROR' },
    ...(readsBody || readsPath ? [{ status: 400, code: 'MALFORMED_REQUEST' }] : []),
    ...(readsBody
      ? [
          { status: 408, code: 'REQUEST_TIMEOUT' },
          { status: 413, code: 'BODY_TOO_LARGE' },
          { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
        ]
      : []),
    ...(NEED_A_CREDENTIAL.includes(access?.to) ? [{ status: 401, code: 'UNAUTHENTICATED' }] : []),
    ...(ignoresBadTokens(access) ? [] : TOKEN_REFUSALS),
    ...(access?.to === 'permission' ? [{ status: 403, code: 'FORBIDDEN' }] : []),
    { status: 429, code: 'RATE_LIMITED' },
    { status: 500, code: 'INTERNAL' },
    { status: 503, code: 'OVERLOADED' },
    { status: 503, code: 'UNAVAILABLE' },
  ];
}

/**
 * The credentials that a route accepts. A route that never refuses an expired access token does not use access tokens.
 */
function securityOf(access: Access | undefined, refusals: readonly Refusal[]): Record<string, string[]>[] {
  if (access?.to === 'all') return [];
  if (!refusals.some(({ code }) => code === 'TOKEN_EXPIRED')) return [{}, { cartToken: [] }];
  if (access?.to === 'cart-or-user') return [{ bearer: [] }, { cartToken: [] }];
  if (access?.to === 'guest-or-user') return [{}, { bearer: [] }, { cartToken: [] }];
  return [{ bearer: [] }];
}

/** The params of the error messages in examples. */
const EXAMPLE_PARAMS: Readonly<Record<string, unknown>> = {
  ...{ seconds: 30, most: 100, limit: '500.000 ₫', amount: '58.000 ₫', total: '92.000 ₫', expected: '58.000 ₫' },
  ...{ sku: 'CPSD-M', slug: 'ca-phe-sua-da', name: 'order-view', state: 'replaying', reason: 'ENOENT', count: 1 },
  ...{ status: 'completed', step: 'accept', needed: 'confirmed', version: 7, present: 5, type: 'OrderAccepted' },
  ...{ reserved: 3, onHand: 2, events: 12_000, placedAt: '2026-11-29T08:15:00.000Z' },
  id: '01a22916-8703-7563-ba45-8cae2c708d70',
};
/** The value of the param `what`. */
const exampleWhat = (code: string): string => (code === 'ORDER_TOO_LARGE' ? 'lines' : 'order');

const exampleFailure = ({ code, when }: Refusal): object => ({
  success: false,
  error: {
    code,
    message: textOf(code, 'en', { ...EXAMPLE_PARAMS, what: exampleWhat(code) }, when ?? code),
    ...(code === 'VALIDATION_ERROR' && { details: [{ field: 'variants.0.stock', message: 'must be at least 0' }] }),
    requestId: '5f0c7d0e9b7d4a51a7a3f0f5d1a2b3c4',
  },
});

/** All refusals with the same status become one response, with an example for each code. */
function refusalResponses(refusals: readonly Refusal[], limited: boolean, schemas: Schemas): Record<string, object> {
  const responses: Record<string, object> = {};
  for (const status of new Set(refusals.map((refusal) => refusal.status))) {
    // If two refusals have the same code, the first refusal counts. Refusals of the route come first, so their text
    // replaces the common text.
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
        'Content-Language': LANGUAGE,
        ...(status === 429 || status === 503 || codes.has('IDEMPOTENCY_IN_PROGRESS')
          ? { 'Retry-After': RETRY_AFTER }
          : {}),
        ...(status === 401 ? { 'WWW-Authenticate': CHALLENGE } : {}),
        ...(limited ? RATE : {}),
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
    nextCursor: { type: ['string', 'null'], description: 'The `cursor` of the next page.' },
    hasMore: { type: 'boolean' },
  },
  required: ['nextCursor', 'hasMore'],
  example: { nextCursor: null, hasMore: false },
};

function metaOf({ paged, meta }: DocumentedAnswer, schemas: Schemas): Schema | undefined {
  const own = meta && schemas.schemaOf(meta);
  if (paged && own) return { allOf: [PAGE_META, own] };
  return paged ? PAGE_META : own;
}

/**
 * Whether a response always has this `meta`. A `meta` without required fields can be empty, and an empty `meta` is left
 * out.
 */
const isAlwaysPresent = (meta: Schema): boolean => !('properties' in meta) || 'required' in meta;

/** What the successful responses of a route have in common. */
interface AnswerStyle {
  readonly bare: boolean;
  readonly limited: boolean;
  readonly tagged: HasEtag | undefined;
  /** The media type of the responses. */
  readonly media: string;
}

/** The headers of every successful response of the route. */
const headersOf = ({ limited, tagged }: AnswerStyle): Record<string, object> => ({
  'X-Request-Id': REQUEST_ID,
  ...(limited ? RATE : {}),
  ...(tagged && { ETag: ETAG }),
  ...(tagged && { Vary: tagged.byLanguage ? VARY : VARY_PRIVATE }),
});

function answerResponse(doc: DocumentedAnswer, style: AnswerStyle, schemas: Schemas): object {
  const { bare } = style;
  const item = doc.schema ? schemas.schemaOf(doc.schema) : { type: 'null', example: null };
  const data: Schema = doc.list || doc.paged ? { type: 'array', items: item } : item;
  const meta = metaOf(doc, schemas);
  const body: Schema = bare
    ? data
    : {
        type: 'object',
        properties: { success: { type: 'boolean', enum: [true] }, data, ...(meta && { meta }) },
        required: ['success', 'data', ...(meta && isAlwaysPresent(meta) ? ['meta'] : [])],
      };
  const wrapped: unknown = doc.example !== undefined && !bare ? { success: true, data: doc.example } : doc.example;
  const headers: Record<string, object> = Object.fromEntries(
    Object.entries(doc.headers ?? {}).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
  return {
    description: doc.description ?? 'Done.',
    headers: { ...headersOf(doc.schema ? style : { ...style, tagged: undefined }), ...headers },
    ...(doc.status !== 204 &&
      doc.status !== 304 && {
        content: { [style.media]: { schema: body, example: wrapped ?? exampleOf(body, schemas.components) } },
      }),
  };
}

interface RequestBody {
  required?: boolean;
  readonly content: Readonly<Record<string, { readonly schema?: Schema; example?: unknown }>>;
}

/** An example of the body, made from its fields. */
function addExample({ content }: RequestBody, own: object | undefined, known: Readonly<Record<string, Schema>>): void {
  for (const media of Object.values(content))
    if (media.schema && media.example === undefined) media.example = own ?? exampleOf(media.schema, known);
}

/** Whether a body is required: for a PATCH always, for other methods if one of the fields is required. */
function needsBody({ content }: RequestBody, method: string, known: Readonly<Record<string, Schema>>): boolean {
  const hasRequiredField = ({ schema }: { readonly schema?: Schema }): boolean => {
    const ref = schema?.['$ref'];
    const name = typeof ref === 'string' ? ref.split('/').at(-1)! : '';
    const { required } = (known[name] ?? schema ?? {}) as { required?: readonly string[] };
    return required !== undefined && required.length > 0;
  };
  return method === 'patch' || Object.values(content).some(hasRequiredField);
}

/**
 * Completes an operation from the decorators of its handler. `bodies` has the schemas of bodies, by the name of the
 * class.
 */
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
  const metadata = <Value>(key: string): Value | undefined =>
    (Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller)) as Value | undefined;
  const answers = metadata<DocumentedAnswer[]>(ANSWERS) ?? [];
  const bare = metadata<boolean>(BARE) === true;
  const readsPath = (operation.parameters ?? []).some((one) => 'in' in one && one.in === 'path');
  const common = refusalsOf(access, !WITHOUT_BODY.includes(method), readsPath);
  const refusals = [...(metadata<Refusal[]>(REFUSALS) ?? []), ...common];
  const body = operation.requestBody as RequestBody | undefined;
  if (body) {
    addExample(body, metadata<object>(BODY_EXAMPLE), bodies);
    if (!needsBody(body, method, bodies)) body.required = false;
  }
  operation.security = securityOf(access, refusals);
  if (access?.to === 'permission') Object.assign(operation, { 'x-permission': access.permission });
  const [media = 'application/json'] = metadata<string[]>(PRODUCES) ?? [];
  const style: AnswerStyle = { bare, limited, tagged: metadata<HasEtag>(TAGGED), media };
  const mayBeCached = style.tagged !== undefined && method === 'get';
  if (mayBeCached) operation.parameters = [...(operation.parameters ?? []), IF_NONE_MATCH];
  operation.responses = {
    ...(answers.length === 0 ? operation.responses : {}),
    ...Object.fromEntries(answers.map((doc) => [doc.status, answerResponse(doc, style, schemas)])),
    ...(mayBeCached && {
      304: { description: 'Nothing has changed since the ETag of If-None-Match.', headers: headersOf(style) },
    }),
    ...refusalResponses(refusals, limited, schemas),
  };
}
