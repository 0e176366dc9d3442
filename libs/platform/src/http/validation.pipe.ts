import { DomainError, inheritedNames, type Fault } from '#kernel';
import { Injectable, UnsupportedMediaTypeException, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { Readable } from 'node:stream';
import { faultsOfOversizedInput } from './oversized-input';
import { describeComplaint, readFlatInput, type ReadOptions } from './field';
import { TEXT_INSTEAD } from './fields';
import { hideFreeForm } from './free-form';

const BUILT_IN_TYPES: readonly unknown[] = [String, Number, Boolean, Array, Object, Buffer, Date, undefined];

/**
 * The faults of all fields. If a nested field has a fault, the general message of the field that contains it is left
 * out.
 */
function faultsOf(errors: readonly ValidationError[], path = ''): Fault[] {
  return errors.flatMap((error) => {
    const field = path ? `${path}.${error.property}` : error.property;
    const { field: own, whitelistValidation, ...others } = error.constraints ?? {};
    const message = own ?? (whitelistValidation !== undefined ? describeComplaint({ code: 'unknown' }) : undefined);
    const nestedFaults = faultsOf(error.children ?? [], field);
    if (message !== undefined) return [{ field, message }, ...nestedFaults];
    if (nestedFaults.length > 0) return nestedFaults;
    const realFaults = Object.values(others).filter((text) => text !== TEXT_INSTEAD);
    return realFaults.length > 0 ? [{ field, message: describeComplaint({ code: 'object' }) }] : [];
  });
}

/**
 * Limits of the details. A client chooses the names of unknown fields, so there can be many names, and they can be
 * long.
 */
export const MOST_FAULTS = 20;
const LONGEST_PATH = 200;

export class InvalidInput extends DomainError {
  /** The number of faults that are not in the details. */
  readonly more: number;

  /** @param further how many faults the caller has found but not put into `details` */
  constructor(details: readonly Fault[], further = 0) {
    const shown = details.slice(0, MOST_FAULTS);
    super(
      'VALIDATION_ERROR',
      'invalid',
      'Invalid input data',
      {},
      shown.map(({ field, message }) => ({ field: field.slice(0, LONGEST_PATH), message })),
    );
    this.more = details.length - shown.length + further;
  }

  /** The error for unknown fields. There can be thousands of names. */
  static unknown(names: readonly string[]): InvalidInput {
    const message = describeComplaint({ code: 'unknown' });
    const shown = names.slice(0, MOST_FAULTS).map((field) => ({ field, message }));
    return new InvalidInput(shown, names.length - shown.length);
  }
}

/**
 * Reads bodies, queries and path parameters into objects of their classes. Reports all faults at once, and refuses
 * unknown fields.
 */
@Injectable()
export class ShopValidationPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom' || BUILT_IN_TYPES.includes(metatype)) return value;
    if (value instanceof Readable) throw new UnsupportedMediaTypeException(); // a file instead of fields
    const given = value === undefined ? {} : value; // undefined: nothing was sent; `null` is refused below
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new InvalidInput([{ field: type, message: describeComplaint({ code: 'object' }) }]);
    const options: ReadOptions = { fromText: type !== 'body' };
    const Type = metatype as new () => object;
    const flat = readFlatInput(Type, given as Record<string, unknown>, options.fromText === true);
    if (flat) return flat;
    const inherited = inheritedNames(given);
    if (inherited.length > 0) throw InvalidInput.unknown(inherited);
    const oversized = faultsOfOversizedInput(Type, given as Record<string, unknown>, MOST_FAULTS);
    if (oversized) throw new InvalidInput(oversized.faults, oversized.further);
    const instance = plainToInstance(Type, hideFreeForm(Type, given as Record<string, unknown>), options);
    const errors = validateSync(instance, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: false,
      validationError: { target: false, value: false },
    });
    const faults = faultsOf(errors);
    if (faults.length > 0) throw new InvalidInput(faults);
    return instance;
  }
}
