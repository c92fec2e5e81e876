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

/** Words of several tokens, which blanks may part. */
const hasFixedText = (type: string): boolean => !type.includes(' ');

const enum Shape {
  /** May have children. */
  Tree,
  /** Has no children that matter. */
  Leaf,
  /** Its text is its type. */
  Token,
  Skipped
}

/**
 * Copies trees of one grammar. Each step of a cursor is a call into WASM, which is most of the work: the type of a node
 * tells whether it can have children that matter, and in a tree without errors its place follows from the places of
 * its children, or from its text.
 */
export class CstReader {
  private readonly shapes: Shape[];

  constructor(private readonly language: Language) {
    this.shapes = language.types.map((type, id) => {
      if (SKIPPED.has(type)) return Shape.Skipped;
      if (NAMED_LEAVES.has(type)) return Shape.Leaf;
      if (language.nodeTypeIsNamed(id)) return Shape.Tree;
      return hasFixedText(type) ? Shape.Token : Shape.Leaf;
    });
  }

  read(tree: Tree): CstTree {
    const cursor = tree.walk();
    const problems: CstProblem[] = [];
    try {
      const root = tree.rootNode.hasError
        ? this.readWithErrors(cursor, problems)
        : this.readSound(cursor);
      return { root: root ?? new Cst('module', 0, 0, NO_CHILDREN), problems };
    } finally {
      cursor.delete();
    }
  }

  private readSound(cursor: TreeCursor): Cst | null {
    const id = cursor.nodeTypeId;
    const type = this.language.types[id]!;
    switch (this.shapes[id]!) {
      case Shape.Skipped:
        return null;
      case Shape.Token: {
        const start = cursor.startIndex;
        return new Cst(type, start, start + type.length, NO_CHILDREN);
      }
      case Shape.Leaf:
        return new Cst(type, cursor.startIndex, cursor.endIndex, NO_CHILDREN);
      case Shape.Tree:
        return this.readSoundTree(cursor, type);
    }
  }

  private readSoundTree(cursor: TreeCursor, type: string): Cst {
    // The text of a format has no nodes of its own, and a module none around it.
    const isOpen = type === 'format_specifier' || type === 'module';
    const bounds = isOpen ? { start: cursor.startIndex, end: cursor.endIndex } : null;
    if (!cursor.gotoFirstChild()) {
      const start = bounds?.start ?? cursor.startIndex;
      return new Cst(type, start, bounds?.end ?? cursor.endIndex, NO_CHILDREN);
    }
    const children: Cst[] = [];
    do {
      const child = this.readSound(cursor);
      if (child !== null) children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    const first = children[0];
    const last = children.at(-1);
    const start = bounds?.start ?? first?.start ?? cursor.startIndex;
    return new Cst(type, start, bounds?.end ?? last?.end ?? cursor.endIndex, children);
  }

  private readWithErrors(cursor: TreeCursor, problems: CstProblem[]): Cst | null {
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
      const child = this.readWithErrors(cursor, problems);
      if (child !== null) children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    return children;
  }
}
