import { passwordForm } from '#kernel';
import { field, type Complaint } from '#platform/http';

const MAX_LENGTH = 200;
const UNUSABLE = /\0|\p{Surrogate}/u;

/**
 * A password as it was typed. The length of its normalised form is checked, so that a composed and a decomposed letter
 * both count as one.
 */
export const Password = ({ min, description }: { min: number; description?: string }): PropertyDecorator =>
  field(
    {
      check: (value): Complaint | undefined => {
        if (typeof value !== 'string') return { code: 'text' };
        if (UNUSABLE.test(value)) return { code: 'text.characters' };
        if (value.trim() === '') return { code: 'text.blank' };
        const length = [...passwordForm(value)].length;
        if (length < min) return { code: 'text.short', params: { min } };
        return length > MAX_LENGTH ? { code: 'text.long', params: { max: MAX_LENGTH } } : undefined;
      },
      schema: { type: String, minLength: min, maxLength: MAX_LENGTH },
    },
    { example: 'a-long-Password-1', ...(description && { description }) },
  );
