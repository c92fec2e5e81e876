import type { Contents } from '@jupyterlab/services';

/** The names in a folder below Jupyter's root. */
export async function namesIn(
  contents: Contents.IManager,
  folder: string
): Promise<ReadonlySet<string>> {
  const { content } = (await contents.get(folder, { type: 'directory', content: true })) as {
    content: readonly { readonly name: string }[];
  };
  return new Set(content.map(({ name }) => name));
}
