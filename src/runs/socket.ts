import { socketTarget } from '@chard/core/protocol/api';
import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';

/** The code with which a WebSocket closes when all has been said. */
const WHOLE = 1000;

/**
 * A stream over a WebSocket, as the answer that it would be over HTTP: of those a browser has six to a server, for all its
 * pages together, and would have none left for saving a notebook. Null where no WebSocket is let through, whatever the
 * reason is.
 * @param target of the same stream over HTTP
 */
export function openSocket(
  { wsUrl, token, appendToken, WebSocket }: ServerConnection.ISettings,
  target: string,
  signal: AbortSignal
): Promise<Response | null> {
  const [path = '', query = ''] = socketTarget(target).split('?');
  const words = new URLSearchParams(query);
  if (appendToken && token !== '') words.set('token', token);
  const search = words.size > 0 ? `?${words.toString()}` : '';
  const socket = new WebSocket(URLExt.join(wsUrl, path) + search);
  socket.binaryType = 'arraybuffer';
  let isOpen = false;
  return new Promise((resolve, reject) => {
    let body: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null = null;
    const end = (): void => socket.close();
    const begin = ({ status }: { readonly status: number }): void => {
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start: controller => void (body = controller),
        cancel: () => {
          body = null;
          end();
        }
      });
      resolve(new Response(stream, { status }));
    };
    signal.addEventListener('abort', end);
    socket.onopen = () => (isOpen = true);
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') begin(JSON.parse(data) as { status: number });
      else body?.enqueue(new Uint8Array(data));
    };
    socket.onclose = ({ code }) => {
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(new DOMException('', 'AbortError'));
      else if (!isOpen) resolve(null);
      // Where it has been answered already, this is heard by nobody.
      else reject(new TypeError('The WebSocket has closed.'));
      if (code === WHOLE) body?.close();
      else body?.error(new TypeError('The WebSocket has closed.'));
      body = null;
    };
    if (signal.aborted) end();
  });
}
