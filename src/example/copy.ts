import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';
import address from '../../examples/digits/digits.ipynb';
import { freeName } from '../launch/freeName';
import { namesIn } from '../launch/namesIn';

/** Puts a copy of the example into a folder below Jupyter's root, beside what is there. @returns its path. */
export async function copyExample(contents: Contents.IManager, folder: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  const name = freeName('digits.ipynb', await namesIn(contents, folder));
  const path = PathExt.join(folder, name);
  const content = (await response.json()) as Contents.IModel['content'];
  await contents.save(path, { type: 'notebook', format: 'json', content });
  return path;
}
