/**
 * Joins texts so that two different lists never give the same result: each text becomes `<length in bytes>:<UTF-8
 * bytes>,`. Hashes and signatures are computed over this form, so the form must never change. For another form, use a
 * new name in the first field.
 */
export const netstrings = (fields: readonly (string | number)[]): string => {
  let joined = '';
  for (const field of fields) {
    const text = String(field);
    joined += `${Buffer.byteLength(text)}:${text},`;
  }
  return joined;
};
