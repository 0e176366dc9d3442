const LINE_BREAK = 0x0a;

/**
 * The lines of a file, without their line breaks. Every byte counts: only `\n` ends a line, so a `\r` before it stays.
 * `undefined` is a line that is not UTF-8, or the last line if it has no line break.
 */
export async function* exportLines(file: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<string | undefined> {
  let begun: Buffer[] = [];
  for await (const chunk of file) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_BREAK); end >= 0; end = chunk.indexOf(LINE_BREAK, start)) {
      yield textIn(Buffer.concat([...begun, chunk.subarray(start, end)]));
      begun = [];
      start = end + 1;
    }
    if (start < chunk.length) begun.push(chunk.subarray(start));
  }
  if (begun.length > 0) yield undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textIn(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
