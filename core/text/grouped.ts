/** A whole number as English writes it: 20,000. Not by `Intl`, whose tables take as long to load as a short command to do its work. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
