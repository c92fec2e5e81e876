import { tokenize } from '../../lexer';
import { readLongOptions, readShortOptions, splitWords } from '../commandLine';
import { expandedNames } from '../expansion';
import { isIdentifier, namesBoundInText, namesInText } from '../names';
import { lineMagicMeaning } from './lineMagics';
import { concern, fails, meaning } from './meaning';
import type { Meaning } from './meaning';

type CellMagic = (argument: string, body: string, name: string) => Meaning;

const text: CellMagic = () => meaning({ body: 'text' });

/** `%%bash` and its like: another program reads the body; `--out`, `--err` and `--proc` name variables. */
const script: CellMagic = (argument, _body, name) => {
  const { values } = readLongOptions(argument, ['--out', '--err', '--proc']);
  const inBackground = values.has('--bg');
  const named = ['--out', '--err', ...(inBackground ? ['--proc'] : [])].map(
    option => values.get(option) ?? ''
  );
  return meaning({
    body: 'text',
    binds: named.filter(isIdentifier),
    concern: inBackground
      ? concern(
          'magic-starts-process',
          `%%${name} --bg starts a process that ends with its step. Run it without --bg, or outside of the pipeline.`
        )
      : null
  });
};

const shell: CellMagic = (argument, body) => {
  const { values } = readLongOptions(argument, ['--out']);
  const target = values.get('--out') ?? '';
  return meaning({
    body: 'text',
    mayRead: expandedNames(body),
    binds: isIdentifier(target) ? [target] : []
  });
};

const time: CellMagic = argument => {
  const { rest } = readLongOptions(argument, []);
  if (rest.length > 0)
    return fails(
      '%%time takes no statement on its own line. Move the statement into the line below.'
    );
  return meaning({ body: 'python' });
};

const timeit: CellMagic = argument => {
  const facts = lineMagicMeaning('timeit', argument);
  if (facts.concern !== null) return facts;
  const saved = readShortOptions(argument, 'n:r:tcp:qov:').values.get('v') ?? '';
  return meaning({
    body: 'python',
    bodyScope: 'function',
    binds: isIdentifier(saved) ? [saved] : [],
    code: facts.code
  });
};

const prun: CellMagic = argument => {
  const facts = lineMagicMeaning('prun', argument);
  return facts.concern === null ? meaning({ body: 'python', code: facts.code }) : facts;
};

const debug: CellMagic = argument => {
  const facts = lineMagicMeaning('debug', argument);
  return meaning({ body: 'python', code: facts.code, concern: facts.concern });
};

/** The last word of the cell is a `;`: IPython then drops what was captured. */
function endsWithSemicolon(body: string): boolean {
  const last = tokenize(body).findLast(
    ({ kind }) => kind !== 'comment' && kind !== 'newline' && kind !== 'nl'
  );
  return last?.text === ';';
}

const capture: CellMagic = (argument, body) => {
  const { rest, values } = readLongOptions(argument, []);
  const wrong = [...values.keys()].find(option => !/^--no-(?:stdout|stderr|display)$/.test(option));
  if (wrong !== undefined) return fails(`%%capture has no option ${wrong}. Remove it.`);
  if (rest.length > 1) return fails('%%capture takes one name. Remove the others.');
  const target = rest[0]?.text ?? '';
  if (!isIdentifier(target)) return meaning({ body: 'python' });
  if (!endsWithSemicolon(body)) return meaning({ body: 'python', binds: [target] });
  return meaning({
    body: 'python',
    mayBind: [target],
    concern: concern(
      'magic-fails',
      `The cell ends with ; and IPython then throws away what %%capture ${target} has captured. Remove the semicolon.`
    )
  });
};

const codeWrap: CellMagic = () =>
  meaning({
    body: 'text',
    setsKernelState: true,
    concern: concern(
      'magic-sets-kernel',
      '%%code_wrap changes how the kernel runs later cells, which is not analysed. Write the code into the cells.'
    )
  });

/** Sends the body to a database: what stands before `<<` gets the result. */
const sql: CellMagic = (argument, body) => {
  const target = /([\p{L}_][\p{L}\p{N}_]*)\s*<<\s*$/u.exec(argument)?.[1];
  const inBody = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*<</u.exec(body)?.[1];
  const binds = [target, inBody].filter(name => name !== undefined);
  return meaning({
    body: 'text',
    mayRead: namesInText(`${argument}\n${body}`).filter(name => !binds.includes(name)),
    binds
  });
};

const bigquery: CellMagic = argument => {
  const target = splitWords(argument)[0]?.text ?? '';
  return meaning({
    body: 'text',
    mayRead: expandedNames(argument),
    binds: isIdentifier(target) ? [target] : []
  });
};

const rpy2: CellMagic = argument => ({ ...lineMagicMeaning('R', argument), body: 'text' });

/** Whatever the body defines becomes names of the notebook. */
const cython: CellMagic = (_argument, body) =>
  meaning({
    body: 'text',
    mayRead: namesInText(body),
    mayBind: cythonNames(body),
    concern: concern(
      'magic-binds-unknown-names',
      'What %%cython defines cannot be passed to another step. Put the cell into a functions cell, which every step runs.'
    )
  });

function cythonNames(body: string): string[] {
  const compiled = [
    ...body.matchAll(/^c(?:p?def)\s+(?:class\s+|[\w\s*[\],.]*?\b)([A-Za-z_]\w*)\s*[(:]/gm)
  ];
  return [...new Set([...namesBoundInText(body), ...compiled.map(match => match[1]!)])];
}

const unknown: CellMagic = (argument, body, name) =>
  meaning({
    body: 'text',
    mayRead: namesInText(`${argument}\n${body}`),
    mayBind: namesBoundInText(body),
    runsUnknownCode: true,
    concern: concern(
      'unknown-magic',
      `What %%${name} does with the cell is not known: its names are only guessed. ` +
        'Write it as plain Python where later steps need what it makes.'
    )
  });

function table(magic: CellMagic, names: string): [string, CellMagic][] {
  return names.split(' ').map(name => [name, magic]);
}

const CELL_MAGICS = new Map<string, CellMagic>([
  ...table(text, 'HTML SVG html svg javascript js latex markdown writefile file'),
  ...table(script, 'script bash sh perl ruby pypy python python2 python3 cmd powershell'),
  ...table(shell, 'sx system !'),
  ...table(time, 'time'),
  ...table(timeit, 'timeit'),
  ...table(prun, 'prun'),
  ...table(debug, 'debug'),
  ...table(capture, 'capture'),
  ...table(codeWrap, 'code_wrap'),
  ...table(sql, 'sql'),
  ...table(bigquery, 'bigquery'),
  ...table(rpy2, 'R'),
  ...table(cython, 'cython')
]);

const UNEXPANDED = new Set(['time', 'timeit', 'prun', 'debug']);

/** What `%%name argument` does with the lines below it. */
export function cellMagicMeaning(name: string, argument: string, body: string): Meaning {
  if (name === '')
    return fails('%% without the name of a magic. Write the name directly behind it.');
  if (body === '')
    return fails(`The cell has nothing but %%${name}. Write the cell's lines below it.`);
  const facts = (CELL_MAGICS.get(name) ?? unknown)(argument, body, name);
  if (UNEXPANDED.has(name)) return facts;
  return { ...facts, mayRead: [...new Set([...facts.mayRead, ...expandedNames(argument)])] };
}
