import { isAbsolute } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';

const AbsolutePath = z.string().refine(isAbsolute, 'It takes an absolute path.');

/**
 * What the process is told when it starts, as one line of JSON on its standard input: neither arguments nor
 * environment, where other processes and those of the steps would see the secret.
 */
export const ServerSettings = z.object({
  secret: z.string().min(32),
  /** Where to listen: a Unix socket in a folder that only its owner can enter. */
  socket: AbsolutePath,
  /** Jupyter's root folder. */
  root: AbsolutePath,
  /** The Python that Jupyter runs in. */
  python: AbsolutePath
});
export type ServerSettings = z.infer<typeof ServerSettings>;

/** A first line that is longer is none of ours. */
const LONGEST_LINE = 64 * 1024;

/**
 * Reads the settings and then keeps reading: the input's end is the end of the process that wrote them, however
 * it came about, and then `onEnd` is called.
 */
export function readSettings(input: Readable, onEnd: () => void): Promise<ServerSettings> {
  return new Promise((resolve, reject) => {
    let text = '';
    const look = (piece: string): void => {
      text += piece;
      const end = text.indexOf('\n');
      if (end < 0 && text.length < LONGEST_LINE) return;
      input.off('data', look);
      input.resume();
      try {
        resolve(ServerSettings.parse(JSON.parse(text.slice(0, Math.max(0, end)))));
      } catch (error) {
        reject(error);
      }
    };
    input.setEncoding('utf8');
    input.on('data', look);
    input.on('end', onEnd);
    input.on('error', onEnd);
  });
}
