import { randomBytes } from 'node:crypto';

/**
 * An id that sorts by time and reads well: "20261123-231502-3fa9c1", in UTC. Of thousands of one second two would have the same digits
 * now and then, so one that is there already is not given again.
 *
 * @param now milliseconds since 1970
 */
export function newId(now: number, isTaken: (id: string) => boolean, prefix = ''): string {
  const [date, time] = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  let id: string;
  do id = `${prefix}${date}-${time}-${randomBytes(3).toString('hex')}`;
  while (isTaken(id));
  return id;
}
