// breaks: no-restricted-syntax The environment is read in one place
export const secret = process.env['SECRET'];
