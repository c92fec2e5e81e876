import { spawnSync } from 'node:child_process';

/** The Python by which specs reach extended attributes. */
export const PYTHON = process.env['CHARD_TEST_PYTHON'] ?? 'python3';

/** @param path bytes that are not UTF-8 as in snapshots @throws where the file system does not take it */
export function setAttribute(path: string, name: string, value: string): void {
  python('os.setxattr(path, words[0], os.fsencode(words[1]), follow_symlinks=False)', path, [
    name,
    value
  ]);
}

/** Names and values, in the order of names. */
export function attributesOf(path: string): string {
  const each = "name + '=' + os.fsdecode(os.getxattr(path, name, follow_symlinks=False))";
  return python(
    `print(', '.join(${each} for name in sorted(os.listxattr(path, follow_symlinks=False)) if name != 'security.selinux'))`,
    path,
    []
  ).trim();
}

/** Whether files in a folder can have attributes of a person's own. */
export function takesAttributes(folder: string): boolean {
  if (process.platform !== 'linux') return false;
  try {
    setAttribute(folder, 'user.try', 'x');
    python('os.removexattr(path, "user.try")', folder, []);
    return true;
  } catch {
    return false;
  }
}

function python(code: string, path: string, words: readonly string[]): string {
  const script = `import json, os, sys\npath, words = json.load(sys.stdin)\npath = os.fsencode(path)\n${code}`;
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-X', 'utf8', '-c', script], {
    input: JSON.stringify([path, words]),
    encoding: 'utf8'
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
