import { checkText, field } from '#platform/http';

const LONGEST = 500;
/** More than an address of `/users/me/addresses` has. */
const MOST_PARTS = 12;

/** One text, or the parts of an address as `/users/me/addresses` has them, which are joined in the order they are sent. */
export const AddressText = (): PropertyDecorator =>
  field(
    {
      check: (value) => checkText(value, { min: 1, max: LONGEST }),
      read: (value) => joined(value) ?? value,
      schema: {
        oneOf: [
          { type: 'string', minLength: 1, maxLength: LONGEST },
          { type: 'object', additionalProperties: { type: 'string' }, maxProperties: MOST_PARTS },
        ],
      },
    },
    {
      optional: true,
      nullable: true,
      description: 'Needed for a delivery.',
      example: '12 Lê Lợi, Bến Nghé, TP. Hồ Chí Minh',
    },
  );

function joined(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const parts = Object.values(value).filter((part) => part !== null && part !== '');
  if (parts.length > MOST_PARTS) return undefined;
  return parts.every((part) => typeof part === 'string') ? parts.join(', ').trim() : undefined;
}
