/**
 * Texts joined so that no two lists look alike: each as `<length in bytes>:<UTF-8 bytes>,`.
 * What is hashed and signed is written this way; the form can never change, only a new one begin under a new tag.
 */
export const netstrings = (fields: readonly (string | number)[]): string => {
  let joined = '';
  for (const field of fields) {
    const text = String(field);
    joined += `${Buffer.byteLength(text)}:${text},`;
  }
  return joined;
};
