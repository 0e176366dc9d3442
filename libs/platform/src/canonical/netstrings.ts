/**
 * Joins texts so that no two lists give the same result: each text as `<length in bytes>:<UTF-8 bytes>,`. Hashes and
 * signatures are computed over this form. It can never change; a new form needs a new tag.
 */
export const netstrings = (fields: readonly (string | number)[]): string => {
  let joined = '';
  for (const field of fields) {
    const text = String(field);
    joined += `${Buffer.byteLength(text)}:${text},`;
  }
  return joined;
};
