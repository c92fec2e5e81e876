import type { Alias, Import, ImportFrom } from '../ast';
import type { Reader } from './reader';
import { NAME } from './words';

/** `import a.b, c as d`. */
export function readImport(reader: Reader): Import {
  const { start } = reader.take();
  const names: Alias[] = [];
  do {
    const alias = readAlias(reader, readDottedName);
    if (alias === null) break;
    names.push(alias);
  } while (reader.accept(','));
  return { kind: 'Import', names, range: reader.range(start) };
}

/** `from .a import b, c as d`, also in parentheses, or `*`. */
export function readImportFrom(reader: Reader): ImportFrom {
  const { start } = reader.take();
  const level = readDots(reader);
  const module = level > 0 && reader.code !== NAME ? null : readDottedName(reader);
  const names = reader.expect('import') ? readNames(reader) : [];
  return { kind: 'ImportFrom', module, names, level, range: reader.range(start) };
}

function readDots(reader: Reader): number {
  let level = 0;
  while (reader.code === '.' || reader.code === '...') level += reader.take().text.length;
  return level;
}

function readDottedName(reader: Reader): string | null {
  let token = reader.expectName();
  if (token === null) return null;
  let name = reader.identifier(token);
  while (reader.accept('.')) {
    token = reader.expectName();
    if (token === null) return name;
    name += `.${reader.identifier(token)}`;
  }
  return name;
}

function readPlainName(reader: Reader): string | null {
  const token = reader.expectName();
  return token && reader.identifier(token);
}

function readAlias(reader: Reader, readName: (reader: Reader) => string | null): Alias | null {
  const { start } = reader;
  const name = readName(reader);
  if (name === null) return null;
  const asname = reader.accept('as') ? readPlainName(reader) : null;
  return { kind: 'Alias', name, asname, range: reader.range(start) };
}

function readNames(reader: Reader): Alias[] {
  const { start } = reader;
  if (reader.accept('*')) {
    return [{ kind: 'Alias', name: '*', asname: null, range: reader.range(start) }];
  }
  const isClosed = reader.accept('(');
  const names: Alias[] = [];
  do {
    if (isClosed && names.length > 0 && reader.code === ')') break;
    if (!isClosed && names.length > 0 && reader.isAtLineEnd) {
      reader.unexpected('trailing comma not allowed without surrounding parentheses');
      break;
    }
    const alias = readAlias(reader, readPlainName);
    if (alias === null) break;
    names.push(alias);
  } while (reader.accept(','));
  if (isClosed) reader.close(')');
  return names;
}
