import type { Match, Pattern } from '../ast';
import { Controller } from './control';
import type { Context } from './evaluate';
import { resolveName } from './frames';
import type { Value } from './heap';

/** What `match` statements take apart and bind. */
export abstract class Matcher extends Controller {
  protected executeMatch(node: Match, context: Context): void {
    const subject = this.evaluate(node.subject, context);
    this.operate(subject, 'compare', this.site(node.subject, context));
    let exhaustive = false;
    const branches = node.cases.map(({ pattern, guard, body }) => (): void => {
      this.bindPattern(pattern, subject, context);
      if (guard) this.evaluate(guard, context);
      this.block(body, context);
    });
    for (const { pattern, guard } of node.cases) exhaustive ||= !guard && matchesAll(pattern);
    this.choose(exhaustive ? branches : [...branches, (): void => undefined]);
  }

  private bindPattern(pattern: Pattern, value: Value, context: Context): void {
    const bind = (name: string | null, given = value): void => {
      if (name !== null) this.machine.bind(resolveName(name, context.frame), given);
    };
    const inside = (patterns: readonly Pattern[]): void => {
      if (patterns.length === 0) return;
      const parts = this.iterate(value, { code: context.code, node: pattern });
      for (const part of patterns) this.bindPattern(part, parts, context);
    };
    switch (pattern.kind) {
      case 'MatchValue':
        this.evaluate(pattern.value, context);
        return;
      case 'MatchSingleton':
        return;
      case 'MatchMapping':
        for (const key of pattern.keys) this.evaluate(key, context);
        inside(pattern.patterns);
        return bind(pattern.rest, this.machine.container(this.machine.parts(value)));
      case 'MatchClass':
        this.evaluate(pattern.cls, context);
        // `int(x)` binds the subject itself.
        for (const part of pattern.patterns) this.bindPattern(part, value, context);
        this.takePatterns(pattern.kwdAttrs, pattern.kwdPatterns, value, context);
        inside(pattern.patterns);
        return;
      case 'MatchSequence':
        return inside(pattern.patterns);
      case 'MatchOr':
        for (const part of pattern.patterns) this.bindPattern(part, value, context);
        return;
      case 'MatchAs':
        if (pattern.pattern) this.bindPattern(pattern.pattern, value, context);
        return bind(pattern.name);
      case 'MatchStar':
        return bind(pattern.name, this.machine.container(value));
    }
  }

  private takePatterns(
    names: readonly string[],
    patterns: readonly Pattern[],
    value: Value,
    context: Context
  ): void {
    patterns.forEach((pattern, index) => {
      const site = { code: context.code, node: pattern };
      this.bindPattern(pattern, this.attribute(value, names[index] ?? '', site), context);
    });
  }
}

function matchesAll(pattern: Pattern): boolean {
  if (pattern.kind === 'MatchOr') return pattern.patterns.some(matchesAll);
  return pattern.kind === 'MatchAs' && (pattern.pattern === null || matchesAll(pattern.pattern));
}
