/** A number that a line of output says. */
export interface PrintedMetric {
  readonly name: string;
  readonly value: number;
  /** The how-manieth of this name, from 1. */
  readonly at: number;
}

const NUMBER = '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?';

/**
 * Reads metrics off what a step prints, in the form that metrics cells have: `print("loss", value)`, also with `:` or
 * `=` between. Only whole lines count, which may come in pieces, and only names that are asked for.
 */
export class PrintedMetrics {
  private readonly line: RegExp;
  private readonly counts = new Map<string, number>();
  private partial = '';

  /** `names`: the metrics of the experiment. */
  constructor(names: readonly string[]) {
    const words = [...names]
      .sort((one, other) => other.length - one.length)
      .map(name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    this.line = new RegExp(`^\\s*(${words.join('|')})\\s*[:=]?\\s*(${NUMBER})\\s*$`, 'u');
  }

  /** The metrics of the lines that end in this piece of text. */
  read(text: string): PrintedMetric[] {
    const lines = (this.partial + text).split(/\r?\n|\r/);
    this.partial = lines.pop()!;
    return lines.flatMap(line => {
      const found = this.line.exec(line);
      if (!found) return [];
      const [, name, value] = found as unknown as [string, string, string];
      const at = (this.counts.get(name) ?? 0) + 1;
      this.counts.set(name, at);
      return [{ name, value: Number(value), at }];
    });
  }
}
