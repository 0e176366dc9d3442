// breaks: no-restricted-syntax SQL lives in
export const stray = `select * from order_events`;
