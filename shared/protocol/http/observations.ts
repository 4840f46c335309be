import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { Mark } from '../../correction.ts';
import { Observation } from '../../events/observation.ts';
import { ImageId, PersonId } from '../../ids.ts';
import { ReadableDay, ReadPurposes } from './reading.ts';
import { personPath, route } from './route.ts';

export const observationsRoutes = {
  observations: route({
    method: 'GET',
    path: '/people/:person/observations',
    auth: 'session',
    params: personPath,
    query: z.strictObject({ day: ReadableDay, parameter: ParameterId, purpose: ReadPurposes }),
    summary:
      'What is stored of one parameter on one UTC day, literally as it was sent, or corrected since. Recorded like a day.',
    body: null,
    response: z.strictObject({
      observations: z.array(Observation),
      /** Of those that were corrected, completed or are disputed, by their place in the list; left out where there is none. */
      marks: z.array(z.strictObject({ place: z.int().min(0), ...Mark.shape })).optional(),
    }),
  }),
  screenshot: route({
    method: 'GET',
    path: '/people/:person/screenshots/:image',
    auth: 'session',
    params: z.strictObject({ person: PersonId, image: ImageId }),
    query: z.strictObject({ purpose: ReadPurposes }),
    summary: 'One screenshot. Recorded like a day.',
    body: null,
    response: 'image/webp',
  }),
};
