import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@chard/core/run';
import { ChardError } from '../errors';
import { makeFolders, reasonOf } from '../files';
import { shownDisplays } from '../runs/displays';

/** MIME types that make a file, best first, with the file's ending and how the text of the event becomes bytes. */
const FORMATS: readonly { mime: string; ending: string; encoding: BufferEncoding }[] = [
  { mime: 'image/png', ending: 'png', encoding: 'base64' },
  { mime: 'image/jpeg', ending: 'jpg', encoding: 'base64' },
  { mime: 'image/svg+xml', ending: 'svg', encoding: 'utf8' },
  { mime: 'application/pdf', ending: 'pdf', encoding: 'base64' },
  { mime: 'text/html', ending: 'html', encoding: 'utf8' }
];

/**
 * Writes the figures and tables that a run displayed as files, named by step, cell and count.
 *
 * @param folder is made where it does not exist; files of those names are replaced.
 * @returns the paths of the files.
 * @throws ChardError `output-unwritable`.
 */
export function saveDisplays(events: Iterable<RunEvent>, folder: string): string[] {
  const latest = shownDisplays(events);
  const counts = new Map<string, number>();
  const paths: string[] = [];
  for (const { step, cell, data } of latest) {
    const format = FORMATS.find(({ mime }) => typeof text(data[mime]) === 'string');
    if (format === undefined) {
      continue;
    }
    const stem = `${fileName(step)}-${cell ?? 'end'}`;
    const count = (counts.get(stem) ?? 0) + 1;
    counts.set(stem, count);
    const path = join(folder, `${stem}-${count}.${format.ending}`);
    write(path, Buffer.from(text(data[format.mime]) as string, format.encoding), folder);
    paths.push(path);
  }
  return paths;
}

function write(path: string, bytes: Buffer, folder: string): void {
  try {
    makeFolders(folder);
    writeFileSync(path, bytes);
  } catch (error) {
    throw new ChardError(
      'output-unwritable',
      `${path} was not written (${reasonOf(error)}). The run has kept its figures and tables: ` +
        '`chard runs show RUN --save-displays FOLDER` writes them into another folder.',
      { path, cause: error }
    );
  }
}

/** Bundles may hold a text as a list of lines, as nbformat does. */
function text(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return value;
  }
  return Array.isArray(value) && value.every(line => typeof line === 'string')
    ? value.join('')
    : undefined;
}

/** A step's name as part of a file's name, in any script but without what file systems or shells trip over. */
function fileName(step: string): string {
  return step.replace(/[^\p{L}\p{N}_-]+/gu, '-');
}
