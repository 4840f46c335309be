import { healthCare } from './healthCare.ts';
import { healthInsurance } from './healthInsurance.ts';
import { money } from './money.ts';
import { patients } from './patients.ts';
import { personalMatters } from './personalMatters.ts';
import { politics } from './politics.ts';
import { religion } from './religion.ts';
import { sexuality } from './sexuality.ts';
import { union } from './union.ts';

/** All hosts of these lists, separated by commas as in each. */
export const listedHosts = [
  healthCare,
  healthInsurance,
  money,
  patients,
  personalMatters,
  politics,
  religion,
  sexuality,
  union,
].join('');
