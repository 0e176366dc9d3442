import type { ApiDocument } from './the-document';

type Schema = Readonly<Record<string, any>>;

/** A body with the values of the OpenAPI document: the example of each field, or a simple value of its type. */
export function exampleOf(schema: Schema, document: ApiDocument): unknown {
  const go = (next: Schema) => exampleOf(next, document);
  if (schema['$ref']) return go(document.components.schemas[schema['$ref'].split('/').at(-1)]);
  if ('example' in schema) return schema['example'];
  if (schema['enum']) return schema['enum'][0];
  if (schema['allOf'] ?? schema['anyOf'] ?? schema['oneOf'])
    return go((schema['allOf'] ?? schema['anyOf'] ?? schema['oneOf'])[0]);
  if (schema['properties'])
    return Object.fromEntries(Object.entries<Schema>(schema['properties']).map(([name, each]) => [name, go(each)]));
  if (schema['items']) return Array.from({ length: Math.max(1, schema['minItems'] ?? 1) }, () => go(schema['items']));
  if (schema['format'] === 'uuid') return '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
  return [schema['type']].flat()[0] === 'boolean' ? true : [schema['type']].flat()[0] === 'integer' ? 1 : 'some text';
}

/** The paths of all fields in a body. Only the first entry of a list is used. */
export function pathsIn(body: unknown, path: readonly string[] = []): (readonly string[])[] {
  const here = path.length > 0 ? [path] : [];
  if (typeof body !== 'object' || body === null) return here;
  const entries = Array.isArray(body) ? Object.entries(body).slice(0, 1) : Object.entries(body);
  return [...here, ...entries.flatMap(([key, value]) => pathsIn(value, [...path, key]))];
}

export function replaceAt(body: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  const copy: any = Array.isArray(body) ? [...body] : { ...(body as object) };
  copy[first] = replaceAt(copy[first], rest, value);
  return copy;
}
