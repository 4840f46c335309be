import { z } from 'zod';

/**
 * What kind of work an application or a site is for. Deliberately few: a category is told to people, not to machines.
 */
const workCategories = [
  'development',
  'design',
  'documents',
  'communication',
  'meetings',
  'planning',
  'reference',
  'business',
  'system',
  'news',
  'social',
  'entertainment',
  'shopping',
  'travel',
  'other',
] as const;

export const AppCategory = z.enum(workCategories);
export type AppCategory = z.infer<typeof AppCategory>;

export const SiteCategory = z.enum(workCategories);
export type SiteCategory = z.infer<typeof SiteCategory>;
