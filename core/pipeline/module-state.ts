import { forEachChild, type Expr, type FunctionDef, type Node } from '../python';
import type { Analyser, CodeUnit, Place } from '../python/dataflow';
import { isSetting } from '../python/dataflow';
import type { NotebookFlow, StepFlow } from './flow';
import type { LocalModules } from './modules';

/** A step changes what a module keeps in itself, which no other step sees. */
export interface StateChange {
  /** What is changed or called, by its dotted path: `pandas.set_option`, `helper.register`. */
  readonly path: string;
  /** The first part of that. */
  readonly module: string;
  readonly place: Place;
  /** Indexes of later steps that use the module, too. */
  readonly missedBy: readonly number[];
}

/** Libraries that draw with one another's settings. */
const DRAWING: readonly string[] = ['matplotlib', 'seaborn', 'pandas'];

/** Methods that change the container they are called on. */
const CHANGING_METHODS: ReadonlySet<string> = new Set(
  `add append appendleft clear discard extend extendleft insert pop popitem popleft remove reverse setdefault sort
  update`.split(/\s+/)
);

/** Finds what a step changes inside of modules, each module once. */
export class ModuleStates {
  constructor(
    private readonly flow: NotebookFlow,
    private readonly modules: LocalModules,
    private readonly analyser: Analyser
  ) {}

  changes(step: StepFlow): StateChange[] {
    const found = new Map<string, StateChange>();
    const note = (path: string, place: Place): void => {
      const module = path.split('.', 1)[0]!;
      if (found.has(module)) return;
      const later = this.flow.steps.filter(
        ({ index, modules }) =>
          index > step.index && affected(module).some(each => modules.has(each))
      );
      found.set(module, { path, module, place, missedBy: later.map(({ index }) => index) });
    };
    for (const [path, place] of step.moduleChanges) note(path, place);
    for (const [path, place] of step.called) {
      if (isSetting(path) || this.isKeptByLocalModule(path)) note(path, place);
    }
    return [...found.values()];
  }

  /** `module.function` of a local module whose code changes what the module itself holds. */
  private isKeptByLocalModule(path: string): boolean {
    const end = path.lastIndexOf('.');
    const module = this.modules.get(path.slice(0, end));
    if (!module) return false;
    return changesItsModule(this.analyser.module(module.source), path.slice(end + 1), new Set());
  }
}

function affected(module: string): readonly string[] {
  return module === 'matplotlib' || module === 'seaborn' ? DRAWING : [module];
}

/** A function of the module, or one of the module's that it calls, binds or changes a name of the module. */
function changesItsModule(unit: CodeUnit, name: string, seen: Set<string>): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  const definition = unit.body.find(
    (each): each is FunctionDef => each.kind === 'FunctionDef' && each.name === name
  );
  if (!definition) return false;
  const { own, global } = unit.namesOf(definition);
  const isModules = (id: string): boolean => !own.has(id) && unit.boundNames.has(id);
  const visit = (node: Node): boolean => {
    if (targetsOf(node).some(target => isStateOf(target, isModules, global))) return true;
    if (node.kind === 'Call') {
      const { func } = node;
      if (func.kind === 'Name' && isModules(func.id) && changesItsModule(unit, func.id, seen))
        return true;
      const isChange = func.kind === 'Attribute' && CHANGING_METHODS.has(func.attr);
      if (isChange && func.value.kind === 'Name' && isModules(func.value.id)) return true;
    }
    let found = false;
    forEachChild(node, child => {
      found ||= visit(child);
    });
    return found;
  };
  return definition.body.some(visit);
}

/** What a statement binds, changes or deletes. */
function targetsOf(node: Node): readonly Expr[] {
  if (node.kind === 'Assign' || node.kind === 'Delete') return node.targets;
  return node.kind === 'AugAssign' || node.kind === 'AnnAssign' ? [node.target] : [];
}

function isStateOf(
  target: Expr,
  isModules: (id: string) => boolean,
  global: ReadonlySet<string>
): boolean {
  if (target.kind === 'Name') return global.has(target.id);
  if (target.kind === 'Tuple' || target.kind === 'List')
    return target.elts.some(each => isStateOf(each, isModules, global));
  let root: Expr = target;
  while (root.kind === 'Attribute' || root.kind === 'Subscript') root = root.value;
  return root !== target && root.kind === 'Name' && isModules(root.id);
}
