import { InvalidArgumentError } from 'commander';

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** Bytes of `500MB`, `1.5 GiB`, `2g`, `1000`. @throws InvalidArgumentError */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('It takes a size such as 500MB or 2GiB.');
  const [, number = '', unit = '', binary = ''] = match;
  const factor = FACTORS[unit.toLowerCase()] ?? 1;
  const size = binary === '' ? factor : 1024 ** Math.round(Math.log10(factor) / 3);
  return Math.round(Number(number) * size);
}
