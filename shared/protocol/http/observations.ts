import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
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
    summary: 'What is stored of one parameter on one UTC day, literally as it was sent. Recorded like a day.',
    body: null,
    response: z.strictObject({ observations: z.array(Observation) }),
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
