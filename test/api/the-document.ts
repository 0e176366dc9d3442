import type { RunningShop } from '../support/start-shop';

export interface Response {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<
    Record<
      string,
      { readonly schema: object; readonly example?: unknown; readonly examples?: Readonly<Record<string, object>> }
    >
  >;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly example?: unknown;
}

export interface OperationDoc {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: { readonly $ref: string }; readonly example?: unknown }>
    >;
  };
  readonly responses: Readonly<Record<string, Response>>;
  readonly 'x-permission'?: string;
}

export interface Operation extends OperationDoc {
  readonly method: string;
  readonly path: string;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationDoc>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties?: Readonly<Record<string, object>> }>>;
    readonly examples: Readonly<Record<string, object>>;
  };
}

export const fetchDocument = async (shop: RunningShop): Promise<ApiDocument> =>
  (await shop.get('//docs/openapi.json')).body;

export const operationsOf = ({ paths }: ApiDocument): Operation[] =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );

/** The error codes that the document names for an operation and a status. */
export const codesOf = ({ responses }: OperationDoc, status: number): string[] =>
  Object.keys(responses[status]?.content?.['application/json']?.examples ?? {});
