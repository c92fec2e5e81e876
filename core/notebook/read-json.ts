import { diagnostic, type Diagnostic } from '../diagnostics';
import { isJsonObject } from './fields';
import type {
  Cell,
  CellType,
  Json,
  JsonObject,
  Kernelspec,
  Notebook,
  ParsedNotebook
} from './model';

const CELL_TYPES: ReadonlySet<string> = new Set<CellType>(['code', 'markdown', 'raw']);
const PYTHON = /^(?:i?python\d*|xpython|pyodide)$/;

/** Kernel names that tell their language where the notebook does not. */
const KERNEL_LANGUAGES: readonly (readonly [RegExp, string])[] = [
  [/^(?:ir|xr)$/, 'r'],
  [/^julia/, 'julia'],
  [/^(?:javascript|jslab|deno|tslab)$/, 'javascript'],
  [/^(?:spylon|scala|almond)/, 'scala'],
  [/^(?:bash|calysto_bash)$/, 'bash'],
  [/^xcpp/, 'c++']
];

/**
 * Reads a notebook of nbformat 4 (any minor version) out of its JSON, already parsed. Outputs are not kept. What is wrong is said in
 * the diagnostics; `notebook` is null where there is nothing to go on with.
 */
export function readNotebook(value: unknown): ParsedNotebook {
  if (!isJsonObject(value) || typeof value.nbformat !== 'number') {
    return refuse(
      'not-a-notebook',
      'The file is JSON but not a notebook: a notebook is an object with "nbformat" and "cells".'
    );
  }
  if (value.nbformat < 4) {
    return refuse(
      'notebook-too-old',
      `The notebook has the format ${value.nbformat}, of before 2015; version 4 is needed. Convert it: ` +
        `jupyter nbconvert --to notebook --nbformat 4 --output converted NOTEBOOK.ipynb`
    );
  }
  if (value.nbformat >= 5) {
    return refuse(
      'notebook-too-new',
      `The notebook has the format ${value.nbformat}, which is newer than what can be read (4). Update ` +
        `Chard, or save the notebook in format 4.`
    );
  }
  if (!Array.isArray(value.cells)) {
    return refuse(
      'not-a-notebook',
      'The notebook has no list "cells". Restore it from a copy, or save it again in Jupyter.'
    );
  }
  return readVersion4(value, value.nbformat, value.cells);
}

function readVersion4(value: JsonObject, major: number, rawCells: Json[]): ParsedNotebook {
  const diagnostics: Diagnostic[] = [];
  const metadata = isJsonObject(value.metadata) ? value.metadata : {};
  const kernelspec = readKernelspec(metadata);
  const language = readLanguage(metadata, kernelspec);
  const cells = rawCells.map((raw, index) => readCell(raw, index, diagnostics));
  if (cells.length === 0) {
    diagnostics.push(
      diagnostic('error', 'no-cells', 'The notebook has no cells. Write some code, then tag it.')
    );
  }
  if (language !== 'python') diagnostics.push(wrongLanguage(language, kernelspec));
  const notebook: Notebook = {
    nbformat: {
      major,
      minor: typeof value.nbformat_minor === 'number' ? value.nbformat_minor : 0
    },
    language,
    kernelspec,
    metadata,
    cells
  };
  return { notebook, diagnostics };
}

function wrongLanguage(language: string, kernelspec: Kernelspec | null): Diagnostic {
  const kernel = kernelspec ? `the kernel "${kernelspec.displayName ?? kernelspec.name}", ` : '';
  return diagnostic(
    'error',
    'unsupported-language',
    `The notebook has ${kernel}the language "${language}". Only Python notebooks become pipelines: choose a ` +
      `Python kernel if its code is Python.`
  );
}

function readKernelspec({ kernelspec }: JsonObject): Kernelspec | null {
  if (!isJsonObject(kernelspec)) return null;
  const name = asText(kernelspec.name);
  return name === null ? null : { name, displayName: asText(kernelspec.display_name) };
}

function readLanguage(metadata: JsonObject, kernelspec: Kernelspec | null): string {
  const spec = isJsonObject(metadata.kernelspec) ? metadata.kernelspec : {};
  const info = isJsonObject(metadata.language_info) ? metadata.language_info : {};
  const said = (asText(spec.language) ?? asText(info.name))?.toLowerCase();
  if (said !== undefined) return PYTHON.test(said) ? 'python' : said;
  const kernel = kernelspec?.name ?? '';
  return KERNEL_LANGUAGES.find(([pattern]) => pattern.test(kernel))?.[1] ?? 'python';
}

function readCell(raw: Json, index: number, diagnostics: Diagnostic[]): Cell {
  const cell = isJsonObject(raw) ? raw : {};
  const type = asText(cell.cell_type) ?? '';
  const source = readSource(cell.source);
  if (!CELL_TYPES.has(type) || source === null) {
    diagnostics.push(
      diagnostic(
        'error',
        'invalid-cell',
        source === null
          ? `Cell ${index} has a source that is neither a text nor a list of texts; it is taken as empty. ` +
              `Repair the file, or delete the cell.`
          : `Cell ${index} has the type "${type}", which is not code, markdown or raw; it is taken as raw. ` +
              `Repair the file, or delete the cell.`,
        { cell: index }
      )
    );
  }
  const metadata = isJsonObject(cell.metadata) ? cell.metadata : {};
  return {
    index,
    id: asText(cell.id),
    type: CELL_TYPES.has(type) ? (type as CellType) : 'raw',
    source: source ?? '',
    tags: readTags(metadata.tags, index, diagnostics),
    metadata
  };
}

function readSource(source: Json | undefined): string | null {
  if (source === undefined) return '';
  const text = Array.isArray(source)
    ? source.every(line => typeof line === 'string') && source.join('')
    : source;
  return typeof text === 'string' ? text.replace(/\r\n?/g, '\n') : null;
}

function readTags(tags: Json | undefined, cell: number, diagnostics: Diagnostic[]): string[] {
  if (tags === undefined || tags === null) return [];
  const list = Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : [];
  if (!Array.isArray(tags) || list.length < tags.length) {
    diagnostics.push(
      diagnostic(
        'warning',
        'invalid-tags',
        `The metadata field "tags" of cell ${cell} must be a list of texts; what is none is not read.`,
        {
          cell,
          fixes: [
            {
              title: 'Keep the texts only',
              edits: [
                {
                  kind: 'set-metadata',
                  cell,
                  path: ['tags'],
                  value: typeof tags === 'string' ? [tags] : list
                }
              ]
            }
          ]
        }
      )
    );
  }
  return list;
}

function asText(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function refuse(code: string, message: string): ParsedNotebook {
  return { notebook: null, diagnostics: [diagnostic('error', code, message)] };
}
