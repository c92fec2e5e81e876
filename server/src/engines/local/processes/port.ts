import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { deferred } from '../deferred';
import { Connection } from './connection';
import { LineSplitter } from './lines';

/** A Unix socket's path has 104 bytes on macOS and 108 on Linux, its end included. */
const MAX_PATH_BYTES = 100;
const SOCKET_NAME = 's';
/** Where the system's folder for temporary files has too long a name. */
const SHORT_BASE = '/tmp';
const INSTANCE_CHARACTERS = 12;
const HANDSHAKE_MILLISECONDS = 10_000;
const MAX_TOKEN_BYTES = 1024;

/** A supervisor that is to connect. */
export interface Expected {
  /** What it says as its first line. */
  readonly token: string;
  readonly connected: Promise<Connection>;
  /** It will not come: `connected` rejects with the error. */
  giveUp(error: Error): void;
}

/** The Unix socket, in a folder that only this user can open, to which supervisors connect. */
export class Port {
  private readonly expected = new Map<string, (connection: Connection) => void>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly folder: string,
    private readonly server: Server
  ) {
    server.on('connection', socket => this.greet(socket));
  }

  /** @param instance the engine's, by which what it leaves behind is found */
  static async open(instance: string): Promise<Port> {
    const folder = makeShortFolder(prefixOf(instance));
    const server = createServer();
    const port = new Port(folder, server);
    server.listen(port.path);
    await once(server, 'listening');
    return port;
  }

  /** Path of the socket. */
  get path(): string {
    return join(this.folder, SOCKET_NAME);
  }

  /** An empty folder of the engine's own, from which its Python processes start. */
  get emptyFolder(): string {
    return this.folder;
  }

  expect(): Expected {
    const token = randomBytes(32).toString('hex');
    const { promise, resolve, reject } = deferred<Connection>();
    this.expected.set(token, resolve);
    return {
      token,
      connected: promise,
      giveUp: error => {
        this.expected.delete(token);
        reject(error);
      }
    };
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private greet(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(HANDSHAKE_MILLISECONDS, () => socket.destroy());
    const handshake = new LineSplitter(MAX_TOKEN_BYTES);
    const onData = (chunk: Buffer): void => {
      const end = chunk.indexOf('\n');
      const isWhole = end !== -1;
      let lines: string[];
      try {
        lines = handshake.push(isWhole ? chunk.subarray(0, end + 1) : chunk);
      } catch {
        // Too long to be a token: not a supervisor of ours.
        socket.destroy();
        return;
      }
      const [token] = lines;
      if (token === undefined) return;
      socket.off('data', onData);
      socket.pause();
      socket.setTimeout(0);
      const welcome = this.expected.get(token.trim());
      if (welcome === undefined) {
        socket.destroy();
        return;
      }
      this.expected.delete(token.trim());
      const splitter = new LineSplitter();
      const early = splitter.push(chunk.subarray(end + 1));
      welcome(new Connection(socket, splitter, early));
    };
    socket.on('data', onData);
  }
}

/**
 * Removes the socket's folder of an engine that is gone. Anybody may put something of that name beside it: what is not
 * this user's own folder is left.
 * @param user the user's id; undefined where the system has none
 */
export function removePort(instance: string, user = process.getuid?.()): void {
  const prefix = prefixOf(instance);
  for (const base of new Set([tmpdir(), SHORT_BASE])) {
    if (!existsSync(base)) continue;
    for (const name of readdirSync(base).filter(each => each.startsWith(prefix))) {
      const path = join(base, name);
      const found = lstatSync(path, { throwIfNoEntry: false });
      const isOwn = user === undefined || found?.uid === user;
      if (found?.isDirectory() && isOwn) rmSync(path, { recursive: true, force: true });
    }
  }
}

function prefixOf(instance: string): string {
  return `chard-${instance.slice(0, INSTANCE_CHARACTERS)}-`;
}

/** `mkdtemp` takes a name that nobody can foresee, and a folder that only its owner can open. */
function makeShortFolder(prefix: string): string {
  const length = Buffer.byteLength(join(tmpdir(), `${prefix}XXXXXX`, SOCKET_NAME));
  return mkdtempSync(join(length <= MAX_PATH_BYTES ? tmpdir() : SHORT_BASE, prefix));
}
