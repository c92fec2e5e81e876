import { useEffect, useState, type RefObject } from 'react';

/** Drawn before it is scrolled into view, in pixels. */
const MARGIN = 600;

/** Whether an element is on the screen or near it, `assumed` until that is known. */
export function useNear(element: RefObject<Element>, assumed: boolean): boolean {
  const [isNear, setNear] = useState(assumed);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(entries => setNear(entries.at(-1)!.isIntersecting), {
      rootMargin: `${MARGIN}px`,
      // Of what scrolls within the page, too; browsers that do not know it draw a little later.
      ...{ scrollMargin: `${MARGIN}px` }
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element.current]);
  return isNear;
}
