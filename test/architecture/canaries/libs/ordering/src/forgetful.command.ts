// breaks: @typescript-eslint/no-floating-promises must be awaited
export function forget(): void {
  Promise.resolve(1);
}
