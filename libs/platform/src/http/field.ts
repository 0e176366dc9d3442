import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Expose, Transform, type ClassTransformOptions } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import { ambient } from '#platform/observability';
import { textOf } from './messages';

/** Why a value is refused: a text of the catalogue and what fills it. */
export interface Complaint {
  readonly code: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

export interface FieldOptions<Value> {
  /** May be left out (then it is undefined). */
  readonly optional?: true;
  /** May be null. */
  readonly nullable?: true;
  /** Stands in for what was left out. */
  readonly default?: Value;
  readonly description?: string;
  readonly example?: Value;
}

export interface FieldKind {
  /** What is wrong with the value, if anything. */
  readonly check: (value: unknown) => Complaint | undefined;
  /** Turns what came over the wire into the value; anything it does not understand it hands on as it is. */
  readonly read?: (value: unknown, fromText: boolean, property: { target: object; key: string }) => unknown;
  readonly schema: ApiPropertyOptions;
}

/** A query's values are text; a body's have types of their own, and text is not a number there. */
export interface ReadOptions extends ClassTransformOptions {
  readonly fromText?: boolean;
}

export const complain = (complaint: Complaint): string =>
  textOf(complaint.code, ambient()?.locale ?? 'en', complaint.params);

/** One decorator for what class-validator checks, class-transformer reads and the OpenAPI document says of a field. */
export function field(kind: FieldKind, options: FieldOptions<unknown> = {}): PropertyDecorator {
  const absent = options.optional === true || options.default !== undefined;
  const skipped = (value: unknown) => (value === undefined && absent) || (value === null && options.nullable === true);
  const check = (value: unknown) => (value === undefined ? { code: 'required' } : kind.check(value));
  return (target, key) => {
    const property = { target, key: String(key) };
    ValidateIf((_, value) => !skipped(value))(target, key);
    ValidateBy({
      name: 'field',
      validator: {
        validate: (value) => check(value) === undefined,
        defaultMessage: (args) => complain(check(args?.value) ?? { code: 'required' }),
      },
    })(target, key);
    if (options.default !== undefined) Expose()(target, key);
    if (kind.read || options.default !== undefined)
      Transform(({ value, options: how }: { value: unknown; options: ReadOptions }) => {
        if (value === undefined) return options.default;
        return kind.read ? kind.read(value, how.fromText === true, property) : value;
      })(target, key);
    ApiProperty({
      ...kind.schema,
      required: !absent,
      ...(options.nullable && { nullable: true }),
      ...(options.default !== undefined && { default: options.default }),
      ...(options.description && { description: options.description }),
      ...(options.example !== undefined && { example: options.example }),
    } as ApiPropertyOptions)(target, key);
  };
}
