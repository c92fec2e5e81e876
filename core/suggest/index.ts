export { editsToTake, suggestSteps, Suggestion } from './suggest';
