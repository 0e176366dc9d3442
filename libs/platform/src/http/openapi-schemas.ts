import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

export type Schema = Readonly<Record<string, unknown>>;

/**
 * Converts Zod shapes to schemas of the document. A shape with an id becomes a component, which the document contains
 * only once.
 */
export class Schemas {
  readonly components: Record<string, Schema> = {};
  readonly examples: Record<string, { readonly value: object }> = {};

  schemaOf(shape: z.ZodType): Schema {
    // The shape is wrapped in an object, because a shape at the root would not become a reference.
    const { $defs = {}, properties } = z.toJSONSchema(z.object({ it: shape }), {
      target: 'draft-2020-12',
      unrepresentable: 'any',
      io: 'output',
      override: ({ jsonSchema }) => {
        // Later builds can add fields to responses, so clients must accept unknown fields.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    }) as unknown as { $defs?: Record<string, Schema>; properties: { it: Schema } };
    for (const [id, schema] of Object.entries($defs)) this.components[id] ??= cleanSchema(schema) as Schema;
    return cleanSchema(properties.it) as Schema;
  }

  /** An example that several responses share is in the document only once. The responses refer to it. */
  example(name: string, value: object): { readonly $ref: string } | { readonly value: object } {
    const known = (this.examples[name] ??= { value });
    return isDeepStrictEqual(known.value, value) ? { $ref: `#/components/examples/${name}` } : { value };
  }
}

/** Whether a bound is only the range of safe integers. Zod adds these bounds, but they are not limits of the field. */
const isSafeIntegerBound = (key: string, value: unknown): boolean =>
  /^(?:exclusive)?(?:minimum|maximum)$/i.test(key) && Math.abs(Number(value)) >= Number.MAX_SAFE_INTEGER;

/**
 * Cleans up a schema of Zod. References then lead to components, and a component does not repeat its id. Patterns
 * beside a format, and the bounds of safe integers, are removed.
 */
function cleanSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleanSchema);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, each]) =>
      key !== '$schema' &&
      !(key === 'id' && typeof each === 'string') &&
      !(key === 'pattern' && 'format' in value) &&
      !isSafeIntegerBound(key, each),
  );
  return Object.fromEntries(
    entries.map(([key, each]) =>
      key === '$ref' && typeof each === 'string'
        ? [key, each.replace(/^#\/\$defs\//, '#/components/schemas/')]
        : [
            key,
            key === 'properties'
              ? cleanProperties(each as object)
              : key === 'example' || key === 'default'
                ? each
                : cleanSchema(each),
          ],
    ),
  );
}

/** Cleans the schemas of properties. The names of the properties stay, even if a name is also a keyword of schemas. */
const cleanProperties = (properties: object): object =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, cleanSchema(schema)]));

/**
 * The schema of a body. Unknown fields are refused. A default is written into the description, because generators treat
 * a field with `default` as always present. A client can leave such a field out.
 */
export function bodySchema({ properties, ...schema }: Schema): Schema {
  if (typeof properties !== 'object') return schema;
  const described = Object.entries(properties as Record<string, Schema>).map(([name, field]) => {
    if (!('default' in field)) return [name, field];
    const { default: value, description, ...rest } = field;
    const words = `The default is \`${JSON.stringify(value)}\`.`;
    return [
      name,
      { example: value, ...rest, description: typeof description === 'string' ? `${description} ${words}` : words },
    ];
  });
  return { ...schema, properties: Object.fromEntries(described) as unknown, additionalProperties: false };
}

/** Converts `nullable: true` of OpenAPI 3.0, which Nest still writes, to the type `null` of OpenAPI 3.1. */
export function toOpenApi31(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toOpenApi31);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = value as Record<string, unknown>;
  const schema = Object.fromEntries(
    Object.entries(rest).map(([key, each]) => [
      key,
      key === 'example' || key === 'examples' ? each : toOpenApi31(each),
    ]),
  );
  if (nullable !== true) return schema;
  if (typeof schema['type'] === 'string') return { ...schema, type: [schema['type'], 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}

/** An example for a schema: the schema's own example if there is one, else a simple value that fits the schema. */
export function exampleOf(schema: Schema, components: Readonly<Record<string, Schema>>, depth = 0): unknown {
  if ('example' in schema) return schema['example'];
  if (depth > 24) return null; // the schema contains itself
  const exampleOfPart = (next: unknown) => exampleOf(next as Schema, components, depth + 1);
  const ref = schema['$ref'];
  if (typeof ref === 'string') return exampleOfPart(components[ref.split('/').at(-1)!] ?? {});
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if ('const' in schema) return schema['const'];
  if ('default' in schema) return schema['default'];
  const choice = (schema['oneOf'] ?? schema['anyOf']) as Schema[] | undefined;
  if (choice) return exampleOfPart(choice[0]);
  const all = schema['allOf'] as Schema[] | undefined;
  if (all) return Object.assign({}, ...all.map(exampleOfPart));
  const type = Array.isArray(schema['type']) ? (schema['type'][0] as unknown) : schema['type'];
  if (type === 'object')
    return Object.fromEntries(
      Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
        .filter(([, each]) => each['readOnly'] !== true) // only bodies have read-only fields, and these are optional
        .map(([name, each]) => [name, exampleOfPart(each)]),
    );
  if (type === 'array')
    return schema['items']
      ? Array.from({ length: Math.max(1, Number(schema['minItems'] ?? 1)) }, () => exampleOfPart(schema['items']))
      : [];
  if (type === 'integer' || type === 'number') return Math.max(1, Number(schema['minimum'] ?? 1));
  const plain = SIMPLE_EXAMPLES[String(schema['format'])] ?? SIMPLE_EXAMPLES[String(type)] ?? null;
  return typeof plain === 'string' ? plain.padEnd(Number(schema['minLength'] ?? 0), '.') : plain;
}

const SIMPLE_EXAMPLES: Readonly<Record<string, unknown>> = {
  uuid: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
  'date-time': '2026-11-23T03:04:05.678Z',
  date: '2026-11-23',
  email: 'an@example.com',
  uri: 'https://example.com/',
  string: 'text',
  boolean: true,
};
