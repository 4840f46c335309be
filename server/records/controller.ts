import {
  type ControllerDetails,
  type ControllerView,
  controllerFields,
} from '../../shared/protocol/http/processing.ts';
import type { Written } from './registers.ts';

/** What is known of the controller: the newest entry, and nothing where that cannot be read. */
export function controllerOf(written: readonly Written<'controller'>[]): ControllerView {
  const last = written.at(-1);
  const details = last?.said?.entry ?? EMPTY;
  return {
    revision: last?.revision ?? 0,
    changedAt: last?.at ?? null,
    changedBy: last?.said?.author ?? null,
    details,
    notFilledIn: controllerFields.filter((field) => details[field].trim() === ''),
    unreadable: last !== undefined && last.said === null,
  };
}

const EMPTY: ControllerDetails = {
  name: '',
  address: '',
  jointControllers: '',
  representative: '',
  dataProtectionOfficer: '',
};
