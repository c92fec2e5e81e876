export * from './model';
export { openStores } from './open';
export { BEAT_MILLISECONDS, ownerLives, thisOwner } from './owner';
