/**
 * How a run's records name files: in the notebook's folder by relative path, in a volume of which the run has a snapshot by absolute path. So a file
 * has one name, and both are found out about, compared and put back alike.
 */

/** Null for the notebook's folder; else a volume's: absolute, without a link. */
export type Root = string | null;

/** @param path relative to the root, with `/` */
export function nameOf(root: Root, path: string): string {
  return root === null ? path : `${root}/${path}`;
}

/** What of a name is below the root; null where it is not there. */
export function relativeName(root: Root, name: string): string | null {
  if (root === null) return isInVolume(name) ? null : name;
  return name.startsWith(`${root}/`) ? name.slice(root.length + 1) : null;
}

/** Those of files that are below a root, by their paths there. */
export function filesBelow<File extends { readonly path: string }>(
  root: Root,
  files: readonly File[]
): File[] {
  return files.flatMap(file => {
    const path = relativeName(root, file.path);
    return path === null ? [] : [{ ...file, path }];
  });
}

/** Whether a name is of a file in a volume. */
export function isInVolume(name: string): boolean {
  return name.startsWith('/');
}
