import { LinkParameter } from '../links';

/** Leads to a snapshot, or with two ids to what differs between them. */
export const SNAPSHOT_LINKS = new LinkParameter('chard-snapshot');
