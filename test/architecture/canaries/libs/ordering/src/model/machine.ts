// breaks: no-restricted-globals 'Date', 'process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto'
export const forbiddenGlobals = (): unknown => [
  Date,
  process,
  fetch,
  setTimeout,
  setInterval,
  setImmediate,
  performance,
  crypto,
];
