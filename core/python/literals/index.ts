export * from './asLiteral';
export * from './evaluateLiteral';
export * from './model';
export * from './parseParameterText';
export * from './printLiteral';
export * from './printString';
