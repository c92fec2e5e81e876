import { filled } from './icons';

// Icons of what a person opens, loaded with it.

export const checkIcon = filled('check', 'M9 16.200 4.800 12l-1.400 1.400L9 19 21 7l-1.400-1.400z');
export const copyIcon = filled(
  'copy',
  'M16 1H4a2 2 0 0 0-2 2v14h2V3h12zm3 4H8a2 2 0 0 0-2 2v14c0 1.100.9 2 2 2h11a2 2 0 0 0 2-2V7a2 2 0 0 0-2-2zm0 16H8V7h11z'
);
export const downIcon = filled('down', 'M7.400 8.600 12 13.200l4.600-4.600L18 10l-6 6-6-6z');
export const downloadIcon = filled('download', 'M19 9h-4V3H9v6H5l7 7zM5 18v2h14v-2z');
export const followIcon = filled(
  'follow',
  'm12 17 6-6-1.400-1.400-3.600 3.600V4h-2v9.200L7.400 9.600 6 11zM5 19h14v2H5z'
);
export const infoIcon = filled(
  'info',
  'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 15h-2v-6h2v6zm0-8h-2V7h2v2z'
);
export const prunedIcon = filled(
  'pruned',
  'M12 2C6.480 2 2 6.480 2 12s4.480 10 10 10 10-4.480 10-10S17.520 2 12 2zm5 11H7v-2h10z'
);
export const starIcon = filled(
  'star',
  'm12 17.300 6.200 3.700-1.700-7L22 9.200l-7.200-.6L12 2 9.200 8.600 2 9.200l5.500 4.800-1.700 7z'
);
export const upIcon = filled('up', 'm12 8-6 6 1.400 1.400 4.600-4.600 4.600 4.600L18 14z');
