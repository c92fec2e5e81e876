import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { ServerConnection, type Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { freeName } from './freeName';
import { namesIn } from './namesIn';

export interface TextFile {
  readonly folder: string;
  readonly name: string;
  readonly text: string;
}

/**
 * Saves a text below Jupyter's root. Where there is a file of this name, the person decides.
 * @returns the path; null where nothing was saved.
 */
export async function saveText(
  contents: Contents.IManager,
  { folder, name, text }: TextFile,
  trans: TranslationBundle
): Promise<string | null> {
  const path = PathExt.join(folder, name);
  const target = (await isThere(contents, path))
    ? await askWhere(contents, folder, name, trans)
    : path;
  if (target === null) return null;
  await contents.save(target, { type: 'file', format: 'text', content: text });
  return target;
}

async function isThere(contents: Contents.IManager, path: string): Promise<boolean> {
  try {
    await contents.get(path, { content: false });
    return true;
  } catch (error) {
    if (error instanceof ServerConnection.ResponseError && error.response.status === 404) {
      return false;
    }
    throw error;
  }
}

async function askWhere(
  contents: Contents.IManager,
  folder: string,
  name: string,
  trans: TranslationBundle
): Promise<string | null> {
  const free = freeName(name, await namesIn(contents, folder));
  const keepBoth = Dialog.okButton({ label: trans.__('Save as %1', free) });
  const overwrite = Dialog.warnButton({ label: trans.__('Overwrite') });
  const { button } = await showDialog({
    title: trans.__('%1 is there already', name),
    body: trans.__('Overwriting replaces what the file holds now.'),
    buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), overwrite, keepBoth],
    defaultButton: 2
  });
  if (button === keepBoth) return PathExt.join(folder, free);
  return button === overwrite ? PathExt.join(folder, name) : null;
}
