export { LogIndex, type LogSelection } from './logIndex';
export { LogIndexes } from './logIndexes';
export { searchLines, type FoundLines, type LogSearch } from './search';
