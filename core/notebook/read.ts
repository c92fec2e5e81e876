import { diagnostic, type Diagnostic } from '../diagnostics';
import { findJsonError } from './json-error';
import { withoutPythonNumbers } from './json-text';
import type { ParsedNotebook } from './model';
import { readNotebook } from './read-json';
import { positionOf } from './source-edit';

/**
 * Reads a notebook of nbformat 4 (any minor version): its text, or its JSON already parsed. Outputs are not
 * kept. What is wrong is said in the diagnostics; `notebook` is null where there is nothing to go on with.
 */
export function parseNotebook(input: string | object): ParsedNotebook {
  if (typeof input !== 'string') return readNotebook(input);
  const text = input.startsWith('\uFEFF') ? input.slice(1) : input;
  if (text.trim() === '') {
    const message = 'The file is empty. Save the notebook in Jupyter, or restore it from a copy.';
    const problem = diagnostic('error', 'notebook-empty-file', message);
    return { notebook: null, diagnostics: [problem] };
  }
  const parsed = parseJson(text);
  return parsed.ok ? readNotebook(parsed.value) : { notebook: null, diagnostics: [parsed.problem] };
}

type JsonResult = { ok: true; value: unknown } | { ok: false; problem: Diagnostic };

function parseJson(text: string): JsonResult {
  for (const candidate of [() => text, () => withoutPythonNumbers(text)]) {
    try {
      return { ok: true, value: JSON.parse(candidate()) as unknown };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return { ok: false, problem: jsonProblem(text) };
}

const JSON_ADVICE =
  'A notebook (.ipynb) is a JSON file that Jupyter writes; if it was edited or merged by hand, repair it ' +
  'there, or restore it from a copy.';

function jsonProblem(text: string): Diagnostic {
  const error = findJsonError(text);
  if (error === null) {
    return diagnostic('error', 'notebook-not-json', `The file is not JSON. ${JSON_ADVICE}`);
  }
  const { line, column } = positionOf(text, error.offset);
  return diagnostic(
    'error',
    'notebook-not-json',
    `The file is not JSON: at line ${line}, column ${column} of the file ${error.reason}. ${JSON_ADVICE}`,
    { line, column }
  );
}
