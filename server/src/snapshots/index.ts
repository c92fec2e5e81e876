export { openSnapshotStore } from './localStore';
export * from './snapshotStore';
