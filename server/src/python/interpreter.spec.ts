import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findInterpreter } from './interpreter';
import { kernelFolders, listKernels } from './kernelspecs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chard-kernels-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const own = () => join(folder, 'own/bin/python');
const environment = () => ({
  JUPYTER_PATH: [join(folder, 'first'), join(folder, 'second')].join(':'),
  JUPYTER_DATA_DIR: join(folder, 'user'),
  PATH: join(folder, 'tools')
});

/** Installs a kernelspec below one of Jupyter's folders. */
function install(root: string, name: string, file: unknown): void {
  const kernel = join(folder, root, 'kernels', name);
  mkdirSync(kernel, { recursive: true });
  writeFileSync(
    join(kernel, 'kernel.json'),
    typeof file === 'string' ? file : JSON.stringify(file)
  );
}

function executable(path: string): string {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, '#!/bin/sh\n');
  chmodSync(full, 0o755);
  return full;
}

const find = (kernel: string | null) => findInterpreter(kernel, own(), environment());
const failure = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) as string });

describe('the folders of kernelspecs', () => {
  it('come in Jupyter’s order: JUPYTER_PATH, the environment, the person, the system', () => {
    expect(kernelFolders(own(), environment())).toEqual([
      join(folder, 'first/kernels'),
      join(folder, 'second/kernels'),
      join(folder, 'own/share/jupyter/kernels'),
      join(folder, 'user/kernels'),
      '/usr/local/share/jupyter/kernels',
      '/usr/share/jupyter/kernels'
    ]);
  });

  it('may lack, and hold what is no kernel', () => {
    install('first', 'good', { argv: ['python'], language: 'python', display_name: 'Good' });
    install('first', 'torn', '{"argv": [');
    install('first', 'empty', { argv: [] });
    mkdirSync(join(folder, 'first/kernels/folder-only'));
    writeFileSync(join(folder, 'first/kernels/file'), '');
    const { kernels, broken } = listKernels([join(folder, 'none'), join(folder, 'first/kernels')]);
    expect(kernels).toEqual([
      {
        name: 'good',
        displayName: 'Good',
        language: 'python',
        command: 'python',
        environment: {},
        folder: join(folder, 'first/kernels/good')
      }
    ]);
    expect(broken.map(({ name }) => name)).toEqual(['empty', 'torn']);
  });
});

describe('the interpreter of a kernel', () => {
  it('is Chard’s own where the notebook names none, or one that says a bare python', () => {
    expect(find(null)).toEqual({ executable: own(), kernel: 'python3', environment: {} });
    install('second', 'Plain', { argv: ['python3.11'], language: 'Python', env: { A: '1' } });
    expect(find('plain')).toEqual({ executable: own(), kernel: 'plain', environment: { A: '1' } });
  });

  it('is what the first kernelspec of that name starts', () => {
    const one = executable('one/python');
    install('first', 'mine', { argv: [one], language: 'python' });
    install('second', 'mine', { argv: [executable('two/python')], language: 'python' });
    expect(find('MINE').executable).toBe(one);
  });

  it('is looked up on the path', () => {
    const pypy = executable('tools/pypy3');
    install('user', 'pypy', { argv: ['pypy3'], language: 'python' });
    expect(find('pypy').executable).toBe(pypy);
  });

  it('is missed with the kernels that there are, and how to install it', () => {
    install('user', 'other', { argv: ['python'], language: 'python' });
    expect(() => find('gone')).toThrow(failure('kernel-missing', 'Installed: other'));
    expect(() => find('gone')).toThrow(failure('kernel-missing', '--user --name gone'));
  });

  it('is missed with the reason why its kernelspec cannot be read', () => {
    install('user', 'torn', '{');
    expect(() => find('torn')).toThrow(failure('kernel-missing', 'cannot be read'));
  });

  it('is refused where it runs another language or is gone', () => {
    install('user', 'ir', { argv: ['R'], language: 'R' });
    expect(() => find('ir')).toThrow(failure('kernel-not-python', 'runs r'));
    install('user', 'old', { argv: [join(folder, 'moved/bin/python')], language: 'python' });
    expect(() => find('old')).toThrow(
      failure('interpreter-missing', join(folder, 'user/kernels/old'))
    );
  });
});
