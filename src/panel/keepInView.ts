const INPUT = ['keydown', 'pointerdown', 'wheel'] as const;

/**
 * Shows as much of a section as fits into what scrolls, its head above all: now, and again whenever it or what stands around it has another
 * size, since both come late. That ends when a person does anything: then the place is theirs.
 *
 * @returns a function that ends it
 */
export function keepInView(section: HTMLElement, scroller: HTMLElement): () => void {
  const { ownerDocument } = section;
  const observer = new ResizeObserver(() => show(section, scroller));
  const end = (): void => {
    observer.disconnect();
    for (const type of INPUT) ownerDocument.removeEventListener(type, end, true);
  };
  // The sections, and what stands above them.
  const around = section.parentElement?.parentElement?.children ?? [];
  for (const each of [section, scroller, ...around]) observer.observe(each);
  for (const type of INPUT) ownerDocument.addEventListener(type, end, true);
  show(section, scroller);
  return end;
}

function show(section: HTMLElement, scroller: HTMLElement): void {
  const box = section.getBoundingClientRect();
  const view = scroller.getBoundingClientRect();
  if (box.top < view.top || box.height > view.height) scroller.scrollTop += box.top - view.top;
  else if (box.bottom > view.bottom) scroller.scrollTop += box.bottom - view.bottom;
}
