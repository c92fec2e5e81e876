import { readLongOptions, readShortOptions, splitWords } from '../commandLine';
import { expandedNames } from '../expansion';
import { isIdentifier, namesBoundInText, namesInText } from '../names';
import { concern, fails, meaning } from './meaning';
import type { Meaning } from './meaning';

type LineMagic = (argument: string, name: string) => Meaning;

/** IPython's rules, `IPython/core/magics/` of IPython 9, ipykernel's magics, and extensions that IPython ships. */

const harmless: LineMagic = () => meaning();

const kernelSetting: LineMagic = (_argument, name) =>
  meaning({
    setsKernelState: true,
    concern: concern(
      'magic-sets-kernel',
      `%${name} sets something of the kernel that runs it; other steps do not see that. Put it into an imports cell.`
    )
  });

/** Changes how the kernel shows things or logs, never a result. */
const cosmeticSetting: LineMagic = () => meaning({ setsKernelState: true });

const matplotlib: LineMagic = (argument, name) =>
  /^\s*(?:inline)?\s*$/.test(argument)
    ? cosmeticSetting(argument, name)
    : kernelSetting(argument, name);

const installer: LineMagic = (_argument, name) =>
  meaning({
    concern: concern(
      'magic-installs-packages',
      `%${name} changes the packages that all steps use while they run. Install them before the run, or tag the cell skip.`
    )
  });

const showsNamespace: LineMagic = (_argument, name) =>
  meaning({
    concern: concern(
      'magic-shows-namespace',
      `%${name} shows only the names that this step has, not the whole notebook's. Print the names that you need.`
    )
  });

const deletesNames: LineMagic = (_argument, name) =>
  meaning({
    runsUnknownCode: true,
    concern: concern(
      'magic-deletes-names',
      `%${name} deletes names that the cell does not spell out. Delete the ones you mean with del.`
    )
  });

const interactive: LineMagic = (_argument, name) =>
  meaning({
    concern: concern(
      'magic-is-interactive',
      `%${name} waits for a person, and nobody is there during a run. Tag the cell skip.`
    )
  });

const showsHistory: LineMagic = (_argument, name) =>
  meaning({
    concern: concern(
      'magic-uses-history',
      `%${name} uses what was typed in a session; a step's history has only the step's own cells.`
    )
  });

const rerunsHistory: LineMagic = (argument, name) =>
  meaning({ ...showsHistory(argument, name), runsUnknownCode: true });

const startsProcess: LineMagic = (_argument, name) =>
  meaning({
    concern: concern(
      'magic-starts-process',
      `%${name} starts a process that ends with its step. Start it outside of the pipeline.`
    )
  });

/** Shows something about an object; one that is not there is only said to be missing. */
const inspects: LineMagic = argument => {
  const name = splitWords(argument)[0]?.text.split(/[.[]/)[0] ?? '';
  return meaning({ mayRead: isIdentifier(name) ? [name] : [] });
};

const time: LineMagic = argument => {
  const option = /(?:^|\s)--no-raise-error(?:\s|$)/.exec(argument);
  const start = option === null ? 0 : option.index + option[0].length;
  const code = argument.slice(start).trim() === '' ? null : { start, end: argument.length };
  if (code === null) return meaning();
  return meaning({ body: 'python', code: { ...code, scope: 'namespace' } });
};

const timeit: LineMagic = argument => {
  const { values, restStart, unknown } = readShortOptions(argument, 'n:r:tcp:qov:');
  if (unknown !== null) return fails(`%timeit has no option ${unknown}. Remove it.`);
  const saved = values.get('v');
  const binds = saved !== undefined && isIdentifier(saved) ? [saved] : [];
  if (restStart === argument.length) return meaning();
  return meaning({
    body: 'python',
    binds,
    code: { start: restStart, end: argument.length, scope: 'function' }
  });
};

const prun: LineMagic = argument => {
  const { restStart, unknown } = readShortOptions(argument, 'D:l:rs:T:q');
  if (unknown !== null) return fails(`%prun has no option ${unknown}. Remove it.`);
  if (restStart === argument.length) return meaning();
  return meaning({
    body: 'python',
    code: { start: restStart, end: argument.length, scope: 'namespace' }
  });
};

const debug: LineMagic = (argument, name) => {
  const { rest, restStart } = readLongOptions(argument, ['-b', '--breakpoint']);
  const facts = interactive(argument, name);
  if (rest.length === 0) return facts;
  return meaning({
    ...facts,
    body: 'python',
    code: { start: restStart, end: argument.length, scope: 'namespace' }
  });
};

const run: LineMagic = argument => {
  const { rest } = readShortOptions(argument, 'nidtN:b:pD:l:rs:T:em:G');
  const script = rest[0]?.text ?? 'a script';
  return meaning({
    runsUnknownCode: true,
    concern: concern(
      'magic-runs-script',
      `%run ${script} runs code that is not in the notebook: the names that it reads and makes are unknown. ` +
        'Import a module and the names that you need from it.'
    )
  });
};

const store: LineMagic = argument => {
  const { values, rest } = readShortOptions(argument, 'drz');
  const names = rest.map(({ text }) => text);
  if (values.has('d') || values.has('z')) return meaning();
  if (!values.has('r')) {
    const stored = names[1]?.startsWith('>') ? names.slice(0, 1) : names;
    return meaning({ reads: stored.filter(isIdentifier) });
  }
  if (names.length > 0) return meaning({ mayBind: names.filter(isIdentifier) });
  return meaning({
    runsUnknownCode: true,
    concern: concern(
      'magic-binds-unknown-names',
      '%store -r brings back every stored variable, whichever they are. Name the ones you need: %store -r name.'
    )
  });
};

const xdel: LineMagic = argument => {
  const { rest } = readShortOptions(argument, 'n');
  const names = rest.map(({ text }) => text).filter(isIdentifier);
  return meaning({ deletes: names.slice(0, 1) });
};

const PYLAB_NAMES =
  'import numpy; import matplotlib; from matplotlib import pylab, mlab, pyplot; np = numpy; plt = pyplot; ' +
  'from IPython.core.pylabtools import figsize, getfigs; from IPython.display import display';
const PYLAB_STARS = '; from matplotlib.pylab import *; from numpy import *';

const pylab: LineMagic = argument => {
  const onlyNames = splitWords(argument).some(({ text }) => text === '--no-import-all');
  return meaning({
    setsKernelState: true,
    equivalent: onlyNames ? PYLAB_NAMES : PYLAB_NAMES + PYLAB_STARS,
    concern: onlyNames
      ? null
      : concern(
          'magic-star-import',
          '%pylab imports every name of numpy and pylab, so a missing name cannot be seen. ' +
            'Import numpy and matplotlib.pyplot instead.'
        )
  });
};

const shellCapture: LineMagic = argument => {
  const { rest } = readShortOptions(argument, 'lv');
  const target = /^([^=\s]+)\s*=/.exec(rest.map(({ text }) => text).join(' '))?.[1];
  return meaning({ binds: target !== undefined && isIdentifier(target) ? [target] : [] });
};

const macro: LineMagic = (argument, name) => {
  const { rest } = readShortOptions(argument, 'rq');
  const target = rest.length > 1 ? rest[0]!.text : '';
  return meaning({ ...showsHistory(argument, name), binds: isIdentifier(target) ? [target] : [] });
};

/** The module becomes a name of the notebook, as an import does it. */
const aimport: LineMagic = argument => {
  const modules = argument
    .split(',')
    .map(item => item.trim())
    .filter(item => /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(item));
  return meaning({
    setsKernelState: true,
    equivalent: modules.length > 0 ? modules.map(module => `import ${module}`).join('; ') : null
  });
};

/** ipython-sql and JupySQL: `%sql result << SELECT ...`; `:name`, `{{name}}` and tables may be variables. */
const sql: LineMagic = argument => {
  const target = /^\s*(?:--\S+\s+)*([\p{L}_][\p{L}\p{N}_]*)\s*<</u.exec(argument)?.[1];
  return meaning({
    mayRead: namesInText(argument).filter(name => name !== target),
    binds: target === undefined ? [] : [target]
  });
};

/** rpy2: `-i` names what goes to R, `-o` what comes back. */
const rpy2: LineMagic = argument => {
  const words = splitWords(argument).map(({ text }) => text);
  const after = (short: string, long: string): string[] =>
    words
      .flatMap((word, index) => {
        if (word === short || word === long) return (words[index + 1] ?? '').split(',');
        if (word.startsWith(`${long}=`)) return word.slice(long.length + 1).split(',');
        return word.startsWith(short) && !word.startsWith('--') ? word.slice(2).split(',') : [];
      })
      .filter(isIdentifier);
  return meaning({ reads: after('-i', '--input'), binds: after('-o', '--output') });
};

const unknown: LineMagic = (argument, name) =>
  meaning({
    mayRead: namesInText(argument),
    mayBind: namesBoundInText(argument),
    runsUnknownCode: true,
    concern: concern(
      'unknown-magic',
      `What %${name} does to the notebook's names is not known: names that it makes may be missing in later steps. ` +
        'Write it as plain Python where it matters.'
    )
  });

function table(magic: LineMagic, names: string): [string, LineMagic][] {
  return names.split(' ').map(name => [name, magic]);
}

/** Magics that IPython and ipykernel have from the start: the ones that a bare word can mean. */
const BUILT_IN = new Map<string, LineMagic>([
  ...table(
    harmless,
    'lsmagic magic quickref page pycat pwd cat cp ldir less lf lk ll ls lx man mkdir more mv rm rmdir dirs dhist cd ' +
      'pushd popd bookmark env set_env system sx connect_info clear load loadpy psearch tb killbgscripts'
  ),
  ...table(
    cosmeticSetting,
    'colors doctest_mode logoff logon logstart logstate logstop pprint precision xmode autosave'
  ),
  ...table(
    kernelSetting,
    'alias alias_magic autoawait autocall automagic code_wrap config gui load_ext reload_ext unload_ext rehashx ' +
      'subshell unalias'
  ),
  ...table(matplotlib, 'matplotlib'),
  ...table(installer, 'pip conda mamba micromamba uv'),
  ...table(showsNamespace, 'who who_ls whos'),
  ...table(deletesNames, 'reset reset_selective'),
  ...table(interactive, 'pdb'),
  ...table(showsHistory, 'hist history notebook pastebin save'),
  ...table(rerunsHistory, 'recall rep rerun'),
  ...table(
    (argument, name) => meaning({ ...interactive(argument, name), runsUnknownCode: true }),
    'ed edit'
  ),
  ...table(startsProcess, 'qtconsole'),
  ...table(inspects, 'pdef pdoc pfile pinfo pinfo2 psource'),
  ...table(time, 'time'),
  ...table(timeit, 'timeit'),
  ...table(prun, 'prun'),
  ...table(debug, 'debug'),
  ...table(run, 'run'),
  ...table(store, 'store'),
  ...table(xdel, 'xdel'),
  ...table(pylab, 'pylab'),
  ...table(shellCapture, 'sc'),
  ...table(macro, 'macro')
]);

/** Magics of extensions. */
const OF_EXTENSIONS = new Map<string, LineMagic>([
  ...table(kernelSetting, 'autoreload'),
  ...table(aimport, 'aimport'),
  ...table(sql, 'sql'),
  ...table(rpy2, 'R'),
  ...table(startsProcess, 'tensorboard')
]);

/** These get their argument as it is written; all others get variables put into it. */
const UNEXPANDED = new Set(['time', 'timeit', 'prun', 'debug']);

/** Whether IPython has a line magic of this name without any extension. */
export function isBuiltInLineMagic(name: string): boolean {
  return BUILT_IN.has(name);
}

/** What `%name argument` does. */
export function lineMagicMeaning(name: string, argument: string): Meaning {
  if (name.startsWith('%'))
    return fails(
      `%${name} is a cell magic: it works on a cell's first line only. Move it there, into a cell of its own.`
    );
  if (name === '')
    return fails('A % without the name of a magic. Write the name directly behind it.');
  const magic = BUILT_IN.get(name) ?? OF_EXTENSIONS.get(name) ?? unknown;
  const facts = magic(argument, name);
  if (UNEXPANDED.has(name)) return facts;
  return { ...facts, mayRead: [...new Set([...facts.mayRead, ...expandedNames(argument)])] };
}
