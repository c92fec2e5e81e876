import { lazy, Suspense, type ComponentType } from 'react';
import type { OpenNotebook } from '../tokens';
import type { HeaderOptions } from './header';

/** The panel's header, loaded when it is first drawn. Its place is kept meanwhile. */
export function lazyHeader(options: HeaderOptions): ComponentType<OpenNotebook> {
  const Header = lazy(async () => {
    const { launchHeader } = await import('./header');
    return { default: launchHeader(options) };
  });
  return function LaunchHeader(open: OpenNotebook) {
    return (
      <Suspense fallback={<div className="jp-chard-Launch jp-chard-mod-loading" />}>
        <Header {...open} />
      </Suspense>
    );
  };
}
