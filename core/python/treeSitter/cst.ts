import type { Language, Tree, TreeCursor } from 'web-tree-sitter';

/** A node of tree-sitter's concrete tree, copied out of WASM once: comments and line continuations are left out. */
export class Cst {
  constructor(
    readonly type: string,
    /** UTF-16 offsets. */
    readonly start: number,
    readonly end: number,
    readonly children: readonly Cst[]
  ) {}

  /** The first child of a type. */
  child(type: string): Cst | undefined {
    return this.children.find(child => child.type === type);
  }

  has(type: string): boolean {
    return this.children.some(child => child.type === type);
  }
}

/** What the parser had to skip (`ERROR`) or to make up (`missing`: the type of the token). */
export interface CstProblem {
  node: Cst;
  missing: string | null;
}

export interface CstTree {
  root: Cst;
  problems: CstProblem[];
}

const NO_CHILDREN: readonly Cst[] = [];
const NAMED_LEAVES = new Set([
  'identifier',
  'integer',
  'float',
  'true',
  'false',
  'none',
  'ellipsis',
  'string_start',
  'string_content',
  'string_end',
  'escape_sequence',
  'type_conversion',
  'import_prefix',
  'wildcard_import',
  'pass_statement',
  'break_statement',
  'continue_statement',
  'positional_separator',
  'keyword_separator'
]);
const SKIPPED = new Set(['comment', 'line_continuation']);
/** May be empty in a well formed source. */
const MAY_BE_EMPTY = new Set(['module', 'block', 'string_content', 'format_specifier']);

const enum Shape {
  Tree,
  Leaf,
  Skipped
}

/**
 * Copies trees of one grammar. Each step of a cursor is a call into WASM, so the type of a node decides first
 * whether it can have children that matter.
 */
export class CstReader {
  private readonly shapes: Shape[];

  constructor(private readonly language: Language) {
    this.shapes = language.types.map((type, id) => {
      if (SKIPPED.has(type)) return Shape.Skipped;
      return NAMED_LEAVES.has(type) || !language.nodeTypeIsNamed(id) ? Shape.Leaf : Shape.Tree;
    });
  }

  read(tree: Tree): CstTree {
    const cursor = tree.walk();
    const problems: CstProblem[] = [];
    try {
      const root = this.readNode(cursor, problems) ?? new Cst('module', 0, 0, NO_CHILDREN);
      return { root, problems };
    } finally {
      cursor.delete();
    }
  }

  private readNode(cursor: TreeCursor, problems: CstProblem[]): Cst | null {
    const id = cursor.nodeTypeId;
    const shape = this.shapes[id] ?? Shape.Tree;
    if (shape === Shape.Skipped) return null;
    const type = this.language.types[id] ?? 'ERROR';
    const children =
      shape === Shape.Tree && cursor.gotoFirstChild()
        ? this.readSiblings(cursor, problems)
        : NO_CHILDREN;
    const node = new Cst(type, cursor.startIndex, cursor.endIndex, children);
    if (type === 'ERROR') problems.push({ node, missing: null });
    else if (node.start === node.end && children.length === 0 && !MAY_BE_EMPTY.has(type)) {
      problems.push({ node, missing: type });
    }
    return node;
  }

  private readSiblings(cursor: TreeCursor, problems: CstProblem[]): Cst[] {
    const children: Cst[] = [];
    do {
      const child = this.readNode(cursor, problems);
      if (child !== null) children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    return children;
  }
}
