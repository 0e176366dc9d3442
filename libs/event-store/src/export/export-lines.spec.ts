import { exportLines } from './export-lines';

const linesIn = async (...chunks: (string | number[])[]) => {
  const lines: (string | undefined)[] = [];
  for await (const line of exportLines(chunks.map((chunk) => Buffer.from(chunk as string)))) lines.push(line);
  return lines;
};

describe('The lines of an export', () => {
  it('end only with a line feed, and keep every other byte', async () => {
    expect(await linesIn('a\nb', 'c\n', '\nd\n')).toEqual(['a', 'bc', '', 'd']);
    expect(await linesIn('a\r\nb\rc\u2028d\n')).toEqual(['a\r', 'b\rc\u2028d']);
    expect(await linesIn('\uFEFFa\n')).toEqual(['\uFEFFa']);
    expect(await linesIn([0xc3], [0xaa, 0x0a])).toEqual(['ê']); // one letter in two chunks
  });

  it('are unreadable if they are not UTF-8 or do not end', async () => {
    expect(await linesIn([0x61, 0xff, 0x0a], 'b\n')).toEqual([undefined, 'b']);
    expect(await linesIn('a\nb')).toEqual(['a', undefined]);
    expect(await linesIn()).toEqual([]);
  });
});
